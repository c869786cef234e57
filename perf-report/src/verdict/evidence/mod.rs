//! The evidence for and against a change: how much runs differ anyway ([`noise`], [`chance`]), how all moved
//! together ([`suite`]), how far processes of one program lie apart ([`processes`]), what sampling leaves open ([`estimates`]), what a few calls made ([`outliers`]), how
//! busy the machine was ([`busy`]), how much there was to do ([`work`]).

pub(crate) mod busy;
pub(crate) mod chance;
pub(crate) mod estimates;
mod moves;
pub(crate) mod noise;
pub(crate) mod outliers;
mod processes;
pub(crate) mod suite;
pub(crate) mod work;
