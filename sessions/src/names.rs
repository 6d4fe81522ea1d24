//! The names of streams that were used lately, so that an append by name needs no question of its own.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use crate::{StreamId, Tenant};

/// What is known of a stream by its name, none of which ever changes. A stream that was deleted keeps its id to
/// itself: whoever uses an old one is told that it is not found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedStream {
    /// The stream.
    pub id: StreamId,
    /// What it holds, as its creator wrote it.
    pub content_type: Arc<str>,
    /// Whether it holds JSON, one text an event; otherwise bytes.
    pub json: bool,
}

type Names = HashMap<Tenant, HashMap<Arc<str>, NamedStream>>;

/// Two generations of names, each of at most as many as fit: what is used moves into the younger one, and when that is
/// full, the older one goes.
#[derive(Debug)]
pub(crate) struct Cache {
    most: usize,
    generations: RwLock<Generations>,
}

#[derive(Debug, Default)]
struct Generations {
    count: usize,
    young: Names,
    old: Names,
}

impl Cache {
    pub(crate) fn new(most: usize) -> Self {
        Self { most: (most / 2).max(1), generations: RwLock::default() }
    }

    pub(crate) fn get(&self, tenant: Tenant, name: &str) -> Option<NamedStream> {
        let known = |names: &Names| names.get(&tenant)?.get(name).cloned();
        let aged = {
            let generations = self.generations.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(named) = known(&generations.young) {
                return Some(named);
            }
            known(&generations.old)?
        };
        self.insert(tenant, name, aged.clone());
        Some(aged)
    }

    pub(crate) fn insert(&self, tenant: Tenant, name: &str, named: NamedStream) {
        let mut generations = self.generations.write().unwrap_or_else(PoisonError::into_inner);
        if generations.count >= self.most {
            generations.old = std::mem::take(&mut generations.young);
            generations.count = 0;
        }
        let new = generations.young.entry(tenant).or_default().insert(name.into(), named).is_none();
        generations.count += usize::from(new);
    }

    pub(crate) fn forget(&self, tenant: Tenant, name: &str) {
        let mut generations = self.generations.write().unwrap_or_else(PoisonError::into_inner);
        let Generations { count, young, old } = &mut *generations;
        if young.get_mut(&tenant).and_then(|names| names.remove(name)).is_some() {
            *count -= 1;
        }
        old.get_mut(&tenant).and_then(|names| names.remove(name));
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn what_is_used_stays_and_the_memory_is_bounded() {
        let cache = Cache::new(8);
        let tenant = Tenant { workspace: Uuid::nil(), client: None };
        let other = Tenant { client: Some(Uuid::nil()), ..tenant };
        let named =
            || NamedStream { id: StreamId::generate(), content_type: "text/plain".into(), json: false };
        let kept = named();
        cache.insert(tenant, "kept", kept.clone());
        for turn in 0..100 {
            cache.insert(tenant, &turn.to_string(), named());
            assert_eq!(cache.get(tenant, "kept").as_ref(), Some(&kept));
            let generations = cache.generations.read().unwrap();
            let held = [&generations.young, &generations.old]
                .map(|names| names.get(&tenant).map_or(0, HashMap::len));
            assert!(held.iter().all(|held| *held <= 4), "{held:?}");
        }
        assert_eq!(cache.get(tenant, "0"), None);
        assert_eq!(cache.get(other, "kept"), None);
        cache.forget(tenant, "kept");
        assert_eq!(cache.get(tenant, "kept"), None);
    }
}
