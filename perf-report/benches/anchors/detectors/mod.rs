//! The detectors that are held against each other, each in a file of its own, written from its
//! published description. A detector has settings of its own and a knob that makes it stricter, so
//! that all can be compared where they raise as many false alarms.

mod fixed;
mod otava;
mod ours;
mod perfherder;
mod prototype;

/// Finds the places of the first values after changes.
pub(crate) type Finds = Box<dyn Fn(&[f64]) -> Vec<usize> + Send + Sync>;

/// A detector with one setting.
pub(crate) struct Setting {
    pub(crate) name: String,
    pub(crate) finds: Finds,
}

impl Setting {
    fn new(name: String, finds: impl Fn(&[f64]) -> Vec<usize> + Send + Sync + 'static) -> Self {
        Self { name, finds: Box::new(finds) }
    }
}

/// A detector.
pub(crate) struct Detector {
    /// As its project ships it, or as its presets are.
    pub(crate) defaults: Vec<Setting>,
    /// The same from lax to strict.
    pub(crate) swept: Vec<Setting>,
}

/// All of them. The first is ours, and the second of its defaults the one that others are compared
/// with.
pub(crate) fn all() -> Vec<Detector> {
    vec![
        ours::detector(),
        otava::detector(),
        perfherder::detector(),
        prototype::detector(),
        fixed::detector(),
    ]
}
