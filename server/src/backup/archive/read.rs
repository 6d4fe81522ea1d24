use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use flate2::read::GzDecoder;
use sha2::{Digest, Sha256};

use super::manifest::FORMAT;
use super::{Error, MANIFEST, Manifest, Member, Result, SEAL, hex, tar};

/// The most bytes that the manifest may have: a line for each file, of some millions.
const MANIFEST_BYTES: u64 = 1 << 30;

/// A backup that was read from end to end, and is whole.
pub struct Archive {
    manifest: Manifest,
    input: BufReader<File>,
    /// Where each member begins, and how many bytes it has.
    places: BTreeMap<String, (u64, u64)>,
}

impl Archive {
    /// Reads all of it: every checksum, every count.
    ///
    /// # Errors
    /// [`Error`] says what is wrong with it.
    pub fn open(path: &Path) -> Result<Self> {
        let mut input = BufReader::with_capacity(1 << 20, File::open(path)?);
        let mut walk = Walk { input: &mut input, at: 0, places: BTreeMap::new(), members: Vec::new() };
        let manifest = walk.read_to_end()?;
        let (places, members) = (walk.places, walk.members);
        compare(&manifest, &members)?;
        let mut archive = Self { manifest, input, places };
        archive.count()?;
        Ok(archive)
    }

    /// What is in it.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The bytes of a member.
    ///
    /// # Errors
    /// Where there is none of the name.
    pub fn content(&mut self, name: &str) -> Result<Vec<u8>> {
        let missing = || Error::Damaged(format!("{name} is missing"));
        let &(at, bytes) = self.places.get(name).ok_or_else(missing)?;
        self.input.seek(SeekFrom::Start(at))?;
        let mut content = vec![0; usize::try_from(bytes).map_err(|_| missing())?];
        self.input.read_exact(&mut content)?;
        Ok(content)
    }

    /// The rows of a table's member, a line each.
    ///
    /// # Errors
    /// As [`Archive::content`], and where it cannot be unpacked.
    pub fn rows(&mut self, name: &str) -> Result<Vec<u8>> {
        let packed = self.content(name)?;
        let mut rows = Vec::new();
        let unpacked = GzDecoder::new(&packed[..]).read_to_end(&mut rows);
        unpacked.map_err(|reason| Error::Damaged(format!("{name} cannot be unpacked: {reason}")))?;
        Ok(rows)
    }

    /// Every table has the rows that the manifest counts, and nothing is in it that no list names.
    fn count(&mut self) -> Result<()> {
        let mut named = BTreeSet::new();
        for table in self.manifest.tables.clone() {
            let mut rows = 0;
            for member in &table.members {
                rows += self.rows(member)?.iter().filter(|&&byte| byte == b'\n').count() as u64;
                named.insert(member.clone());
            }
            if rows != table.rows {
                let what = format!("{} has {rows} rows instead of {}", table.name, table.rows);
                return Err(Error::Damaged(what));
            }
        }
        let files = self.places.keys().filter(|name| name.starts_with("files/")).count() as u64;
        if files != self.manifest.files.count {
            let what = format!("it has {files} files instead of {}", self.manifest.files.count);
            return Err(Error::Damaged(what));
        }
        match self.places.keys().find(|name| !name.starts_with("files/") && !named.contains(*name)) {
            Some(name) => Err(Error::Damaged(format!("nothing names {name}"))),
            None => Ok(()),
        }
    }
}

/// The order counts as well: a member that was moved is not where it was written.
fn compare(manifest: &Manifest, found: &[Member]) -> Result<()> {
    if manifest.members.len() != found.len() {
        let what = format!("it has {} members instead of {}", found.len(), manifest.members.len());
        return Err(Error::Damaged(what));
    }
    match manifest.members.iter().zip(found).find(|(wanted, found)| wanted != found) {
        Some((wanted, _)) => Err(Error::Damaged(format!("{} is not as it was written", wanted.name))),
        None => Ok(()),
    }
}

/// The first reading.
struct Walk<'a> {
    input: &'a mut BufReader<File>,
    at: u64,
    places: BTreeMap<String, (u64, u64)>,
    members: Vec<Member>,
}

impl Walk<'_> {
    fn read_to_end(&mut self) -> Result<Manifest> {
        loop {
            let (name, bytes) = self.head()?;
            if name == MANIFEST {
                return self.manifest(bytes);
            }
            let begins = self.at;
            let sha256 = self.digest(bytes)?;
            self.padding(bytes)?;
            if self.places.insert(name.clone(), (begins, bytes)).is_some() {
                return Err(Error::Damaged(format!("{name} is there twice")));
            }
            self.members.push(Member { name, bytes, sha256 });
        }
    }

    fn manifest(&mut self, bytes: u64) -> Result<Manifest> {
        if bytes > MANIFEST_BYTES {
            return Err(damaged_list());
        }
        let mut text = Vec::new();
        self.input.by_ref().take(bytes).read_to_end(&mut text)?;
        self.at += text.len() as u64;
        if text.len() as u64 != bytes {
            return Err(Error::CutOff);
        }
        self.padding(bytes)?;
        let (name, length) = self.head()?;
        if name != SEAL || length != 65 {
            return Err(damaged_list());
        }
        let mut seal = [0; 65];
        self.exact(&mut seal)?;
        self.padding(length)?;
        if seal[..] != *format!("{}\n", hex(Sha256::digest(&text))).as_bytes() {
            return Err(damaged_list());
        }
        let mut rest = Vec::new();
        self.input.by_ref().take(2 * tar::BLOCK as u64 + 1).read_to_end(&mut rest)?;
        match rest.len() {
            length if length < 2 * tar::BLOCK => return Err(Error::CutOff),
            length if length > 2 * tar::BLOCK || rest.iter().any(|&byte| byte != 0) => {
                return Err(Error::Damaged("something stands after its end".into()));
            }
            _ => {}
        }
        // Before the rest of it is understood, which another format may have otherwise.
        let format = serde_json::from_slice::<serde_json::Value>(&text).map_err(|_| damaged_list())?;
        match format["format"].as_u64().and_then(|format| u32::try_from(format).ok()) {
            Some(format) if format > FORMAT => return Err(Error::Newer(format)),
            Some(_) if format["product"] == "throughline" => {}
            _ => return Err(Error::Foreign),
        }
        serde_json::from_slice(&text).map_err(|_| damaged_list())
    }

    fn head(&mut self) -> Result<(String, u64)> {
        let first = self.at == 0;
        let mut block = [0; tar::BLOCK];
        self.exact(&mut block).map_err(|reason| if first { Error::Foreign } else { reason })?;
        let damaged =
            || Error::Damaged(format!("what stands at byte {} is no member", self.at - tar::BLOCK as u64));
        tar::read(&block).ok_or_else(|| if first { Error::Foreign } else { damaged() })
    }

    fn digest(&mut self, bytes: u64) -> Result<String> {
        let (mut hash, mut left, mut piece) = (Sha256::new(), bytes, vec![0; 64 << 10]);
        while left > 0 {
            let length = piece.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            self.exact(&mut piece[..length])?;
            hash.update(&piece[..length]);
            left -= length as u64;
        }
        Ok(hex(hash.finalize()))
    }

    fn padding(&mut self, bytes: u64) -> Result<()> {
        let mut block = [0; tar::BLOCK];
        let padding = &mut block[..tar::padding(bytes)];
        self.exact(padding)?;
        if padding.iter().any(|&byte| byte != 0) {
            return Err(Error::Damaged(format!("something stands in a gap before byte {}", self.at)));
        }
        Ok(())
    }

    fn exact(&mut self, into: &mut [u8]) -> Result<()> {
        self.at += into.len() as u64;
        self.input.read_exact(into).map_err(|reason| match reason.kind() {
            io::ErrorKind::UnexpectedEof => Error::CutOff,
            _ => Error::Io(reason),
        })
    }
}

fn damaged_list() -> Error {
    Error::Damaged("the list of what is in it was changed".into())
}
