use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::{MANIFEST, Manifest, Member, SEAL, hex, tar};

/// A backup that is being written. It gets its name when it is whole; dropped before, it leaves nothing.
pub struct Draft {
    out: BufWriter<File>,
    path: PathBuf,
    draft: PathBuf,
    members: Vec<Member>,
    finished: bool,
}

impl Draft {
    /// Begins one that will have this name.
    ///
    /// # Errors
    /// Where there is a file of the name, or none can be made.
    pub fn create(path: &Path) -> io::Result<Self> {
        if path.exists() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let mut draft = path.as_os_str().to_owned();
        draft.push(format!(".part-{}", std::process::id()));
        let draft = PathBuf::from(draft);
        // All that clients ever wrote is in it: nobody else reads it.
        let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
        let out = BufWriter::with_capacity(1 << 20, file);
        Ok(Self { out, path: path.to_owned(), draft, members: Vec::new(), finished: false })
    }

    /// Adds a member.
    pub fn put(&mut self, name: &str, content: &[u8]) -> io::Result<()> {
        self.write(name, content)?;
        let sha256 = hex(Sha256::digest(content));
        self.members.push(Member { name: name.to_owned(), bytes: content.len() as u64, sha256 });
        Ok(())
    }

    fn write(&mut self, name: &str, content: &[u8]) -> io::Result<()> {
        let bytes = content.len() as u64;
        self.out.write_all(&tar::head(name, bytes))?;
        self.out.write_all(content)?;
        self.out.write_all(&[0; tar::BLOCK][..tar::padding(bytes)])
    }

    /// Writes what is in it, and gives it its name. Answers how many bytes it has.
    ///
    /// # Errors
    /// Where the disk has no room, or somebody made a file of the name meanwhile.
    pub fn finish(mut self, manifest: Manifest) -> io::Result<u64> {
        let manifest = Manifest { members: std::mem::take(&mut self.members), ..manifest };
        let text = serde_json::to_vec_pretty(&manifest).map_err(io::Error::from)?;
        self.write(MANIFEST, &text)?;
        self.write(SEAL, format!("{}\n", hex(Sha256::digest(&text))).as_bytes())?;
        self.out.write_all(&[0; 2 * tar::BLOCK])?;
        self.out.flush()?;
        let file = self.out.get_ref();
        file.sync_all()?;
        let bytes = file.metadata()?.len();
        // A rename would put it over a file that is there by now.
        fs::hard_link(&self.draft, &self.path)?;
        fs::remove_file(&self.draft)?;
        if let Some(folder) = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            File::open(folder)?.sync_all()?;
        }
        self.finished = true;
        Ok(bytes)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.finished {
            // Whoever gave up says why.
            let _ = fs::remove_file(&self.draft);
        }
    }
}
