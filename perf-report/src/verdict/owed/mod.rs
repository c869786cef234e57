//! The causes of a change: [`blame`] finds the callers that only wait for what became slower, [`causes`]
//! splits the change of the whole among the functions that made it.

pub(crate) mod blame;
pub(crate) mod causes;
