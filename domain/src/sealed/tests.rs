use super::*;

const PLANTED: &str = "sk-planted-4711";

#[test]
fn a_secret_opens_where_it_belongs_and_nowhere_else() {
    let ring = Keyring::parse(&Keyring::generate()).unwrap();
    let (here, there) = (WorkspaceId::new(), WorkspaceId::new());
    let whose = SealContext::new(here, "agent/1");
    let sealed = ring.seal(&whose, &Secret::new(PLANTED)).unwrap();
    assert_eq!(ring.open(&whose, &sealed).unwrap().reveal(), PLANTED);
    assert!(ring.open(&SealContext::new(there, "agent/1"), &sealed).is_err());
    assert!(ring.open(&SealContext::new(here, "agent/2"), &sealed).is_err());
    let again = ring.seal(&whose, &Secret::new(PLANTED)).unwrap();
    assert!(again.sealed != sealed.sealed && again.wrapped != sealed.wrapped, "each has a key of its own");
    // A secret under another one's key.
    let crossed = SealedSecret { wrapped: again.wrapped, ..sealed.clone() };
    assert!(ring.open(&whose, &crossed).is_err());
    for at in [0, 30, sealed.sealed.len() - 1] {
        let mut bent = sealed.clone();
        bent.sealed[at] ^= 1;
        let error = ring.open(&whose, &bent).unwrap_err().to_string();
        assert!(error.contains("does not open") && !error.contains(PLANTED), "{error}");
    }
    let short = SealedSecret { sealed: vec![1; 3], ..sealed };
    assert!(ring.open(&whose, &short).is_err());
}

#[test]
fn a_master_key_is_replaced_without_losing_anything() {
    let (old, new) = (Keyring::generate(), Keyring::generate());
    let whose = SealContext::new(WorkspaceId::new(), "agent/1");
    let before = Keyring::parse(&old).unwrap();
    let sealed = before.seal(&whose, &Secret::new(PLANTED)).unwrap();
    let both = Keyring::parse(&format!("{new}, {old}")).unwrap();
    assert_eq!(both.open(&whose, &sealed).unwrap().reveal(), PLANTED);
    let renewed = both.renewed(&whose, &sealed).unwrap().unwrap();
    assert_eq!(both.renewed(&whose, &renewed).unwrap(), None);
    let after = Keyring::parse(&new).unwrap();
    assert_eq!(after.open(&whose, &renewed).unwrap().reveal(), PLANTED);
    let error = after.open(&whose, &sealed).unwrap_err().to_string();
    assert!(error.contains("which is not here"), "{error}");
}

#[test]
fn nothing_shows_a_secret_or_a_key() {
    let key = Keyring::generate();
    let ring = Keyring::parse(&key).unwrap();
    let secret = Secret::new(PLANTED);
    let shown = format!("{ring:?} {secret:?} {secret}");
    assert!(!shown.contains(PLANTED) && !shown.contains(&key[..8]), "{shown}");
    for wrong in ["", "short", "a,b", &format!("{key},")] {
        assert_eq!(Keyring::parse(wrong).unwrap_err(), BadKey, "{wrong}");
    }
}
