use std::fs;
use std::io::Write;

use flate2::{Compression, write::GzEncoder};

use super::*;

fn packed(rows: &str) -> Vec<u8> {
    let mut out = GzEncoder::new(Vec::new(), Compression::fast());
    out.write_all(rows.as_bytes()).unwrap();
    out.finish().unwrap()
}

fn manifest() -> Manifest {
    Manifest {
        format: 1,
        product: "throughline".into(),
        version: "0.1.0".into(),
        made_at: "2026-11-23T08:00:00Z".parse().unwrap(),
        postgres: 150_018,
        migrations: vec![Migration { version: 1, checksum: "ab".into() }],
        tables: vec![ManifestTable {
            name: "offer".into(),
            columns: vec!["id".into()],
            rows: 2,
            members: vec!["tables/offer/000001.gz".into()],
        }],
        sequences: Vec::new(),
        files: Files { included: true, count: 1, bytes: 5, missing: Vec::new() },
        key: None,
        members: Vec::new(),
    }
}

fn written(folder: &std::path::Path) -> std::path::PathBuf {
    let path = folder.join("whole");
    let mut draft = Draft::create(&path).unwrap();
    draft.put("tables/offer/000001.gz", &packed("1\n2\n")).unwrap();
    draft.put("files/w/abc", b"bytes").unwrap();
    draft.finish(manifest()).unwrap();
    path
}

#[test]
fn what_was_put_in_is_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(folder.path());
    let mut archive = Archive::open(&path).unwrap();
    assert_eq!(archive.rows("tables/offer/000001.gz").unwrap(), b"1\n2\n");
    assert_eq!(archive.content("files/w/abc").unwrap(), b"bytes");
    assert_eq!(archive.manifest().members.len(), 2);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no draft is left");
    assert!(Draft::create(&path).is_err(), "another backup is not written over");
}

#[test]
fn a_bit_that_changed_anywhere_is_noticed_and_so_is_every_cut() {
    let folder = tempfile::tempdir().unwrap();
    let whole = fs::read(written(folder.path())).unwrap();
    let bent = folder.path().join("bent");
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (at % 8);
        fs::write(&bent, &bytes).unwrap();
        assert!(Archive::open(&bent).is_err(), "byte {at} of {}", whole.len());
    }
    for length in (0..whole.len()).step_by(97) {
        fs::write(&bent, &whole[..length]).unwrap();
        assert!(Archive::open(&bent).is_err(), "{length} bytes of {}", whole.len());
    }
    fs::write(&bent, [&whole[..], b"x"].concat()).unwrap();
    assert!(Archive::open(&bent).is_err());
}

#[test]
fn what_is_given_up_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    drop(Draft::create(&folder.path().join("never")).unwrap());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}
