//! Bytes in the form of gzip, as bodies of requests have it.

use std::io::{self, Write as _};

use flate2::Compression;
use flate2::write::GzEncoder;

/// Compresses `bytes`, rather fast than well.
///
/// # Errors
/// Those of the encoder, which has none.
pub(crate) fn fast(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes)?;
    encoder.finish()
}
