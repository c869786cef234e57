//! The values of options that the pure rooms define, with their names and help on the command line.

use clap::ValueEnum;
use clap::builder::PossibleValue;

use crate::verdict::{FailOn, Load};

impl ValueEnum for Load {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let help = match self {
            Self::Closed => "The command decides it: each run does the same",
            Self::Open => "Others decide it: the faster, the more is done",
        };
        Some(PossibleValue::new(self.word()).help(help))
    }
}

impl ValueEnum for FailOn {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let help = match self {
            Self::Regression => "Worse by more than the limit; always",
            Self::Budget => "Over a budget; always",
            Self::Degraded => "Worse by more than the lower limit",
            Self::Calls => "Any function called more often than before",
            Self::Inconclusive => "Something that could not be judged",
            Self::Missing => "No baseline, or no run",
            Self::Incomplete => {
                "A run that is not whole: a failed command, processes or calls that were not recorded"
            }
        };
        Some(PossibleValue::new(self.word()).help(help))
    }
}
