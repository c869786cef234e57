//! The digest by which two runs of one id are known to be the same. Pure.

use sha2::{Digest as _, Sha256};

use crate::model::RunDocument;
use crate::text::hex;

/// Returns the digest of a run: of its document without label and tags, which may change.
pub(crate) fn digest(run: &RunDocument) -> String {
    const BYTES: usize = 8;
    let mut run = run.clone();
    run.run.label = None;
    run.run.tags.clear();
    let bytes = serde_json::to_vec(&run).unwrap_or_default();
    hex::digits(&Sha256::digest(&bytes), BYTES)
}

/// Returns whether two documents are of one run. Its label and its tags may have changed since.
pub(crate) fn is_same(one: &RunDocument, other: &RunDocument) -> bool {
    digest(one) == digest(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::samples;

    #[test]
    fn names_are_no_part_of_it_and_everything_else_is() {
        let run = samples::typical();
        let mut renamed = run.clone();
        renamed.run.label = Some("other".to_owned());
        renamed.run.tags = vec!["a".to_owned()];
        assert_eq!(digest(&run), digest(&renamed));
        assert_eq!(digest(&run).len(), 16);
        let read = RunDocument::from_json(&serde_json::to_string(&run).unwrap()).unwrap();
        assert_eq!(digest(&run), digest(&read));
        renamed.functions[0].calls += 1;
        assert_ne!(digest(&run), digest(&renamed));
    }
}
