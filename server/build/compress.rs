//! Compressing once, as well as can be, instead of at every request.

use std::io::Write;

use brotli::CompressorWriter;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::BuildResult;

/// Brotli at its best.
pub fn brotli(bytes: &[u8]) -> BuildResult<Vec<u8>> {
    let mut writer = CompressorWriter::new(Vec::new(), 1 << 16, 11, 22);
    writer.write_all(bytes)?;
    writer.flush()?;
    Ok(writer.into_inner())
}

/// Gzip at its best, for what does not know brotli.
pub fn gzip(bytes: &[u8]) -> BuildResult<Vec<u8>> {
    let mut writer = GzEncoder::new(Vec::new(), Compression::best());
    writer.write_all(bytes)?;
    Ok(writer.finish()?)
}
