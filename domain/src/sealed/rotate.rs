use super::Keyring;
use crate::{
    Db, Result, Scope, SystemRole, agents,
    audit::{self, ActedThrough, NewEntry},
    payments, runs, webhooks, workspaces,
};

/// The tables that hold something sealed, in columns of their own. Whoever adds one adds it to [`reseal`].
#[cfg(test)]
const TABLES: [&str; 3] = ["agent_key", "payment_account", "webhook"];

/// How many secrets were sealed anew, and how many could not be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ResealCount {
    /// Keys of agents.
    pub agents: u64,
    /// Secrets of webhooks.
    pub webhooks: u64,
    /// Accounts at the payment provider.
    pub payments: u64,
    /// What living runs hold back.
    pub runs: u64,
    /// Those that no key here opens. They stay as they are.
    pub unopened: u64,
}

impl ResealCount {
    /// How many were sealed anew.
    pub fn all(&self) -> u64 {
        self.agents + self.webhooks + self.payments + self.runs
    }

    fn add(&mut self, other: Self) {
        self.agents += other.agents;
        self.webhooks += other.webhooks;
        self.payments += other.payments;
        self.runs += other.runs;
        self.unopened += other.unopened;
    }
}

/// Seals everything under the current master key, in one transaction; each workspace's audit tells of it. What is under
/// that key already is left alone, so that it can be called again.
pub async fn reseal(db: &Db) -> Result<ResealCount> {
    let ring = db.keyring()?;
    let mut tx = db.begin_as(SystemRole::Jobs).await?;
    let mut all = ResealCount::default();
    for workspace in workspaces::queries::ids_in(&mut tx).await? {
        let scope = Scope::system(workspace);
        tx.enter(&scope).await?;
        let mut done = ResealCount::default();
        (done.agents, done.unopened) = agents::commands::reseal_in(&mut tx, &scope, &ring).await?;
        let (webhooks, unopened) = webhooks::commands::reseal_in(&mut tx, &scope, &ring).await?;
        (done.webhooks, done.unopened) = (webhooks, done.unopened + unopened);
        let (payments, unopened) = payments::commands::reseal_in(&mut tx, &scope, &ring).await?;
        (done.payments, done.unopened) = (payments, done.unopened + unopened);
        done.runs = runs::reseal_in(&mut tx, &scope, &ring).await?;
        if done.all() > 0 {
            audit::commands::write_in(&mut tx, &scope, &ActedThrough::default(), &entry(&ring, done)).await?;
        }
        all.add(done);
    }
    tx.commit().await?;
    Ok(all)
}

fn entry(ring: &Keyring, done: ResealCount) -> NewEntry {
    let entry = NewEntry::done("rotate_sealing_key", format!("master key {}", ring.name()));
    NewEntry {
        detail: format!(
            "{} agents’ keys, {} webhooks’ secrets, and {} payment accounts",
            done.agents, done.webhooks, done.payments
        ),
        ..entry
    }
}

#[cfg(test)]
mod tests {
    use sqlx::PgPool;

    use super::*;
    use crate::agents::NewAgent;
    use crate::testing::{Fixture, bare};

    #[sqlx::test(migrations = "../migrations")]
    async fn no_table_with_something_sealed_is_forgotten(pool: PgPool) {
        let found: Vec<String> = sqlx::query_scalar(
            "SELECT table_name::text FROM information_schema.columns
             WHERE table_schema = 'public' AND column_name = 'wrapped' ORDER BY 1",
        )
        .fetch_all(&pool)
        .await
        .unwrap();
        assert_eq!(found, TABLES, "seal it anew in sealed::reseal, and look for it in sealed::unopened");
    }

    #[sqlx::test(migrations = "../migrations")]
    async fn all_is_under_the_new_key_and_the_old_one_opens_nothing(pool: PgPool) {
        let old = Keyring::parse(&Keyring::generate()).unwrap();
        let fixture = Fixture::beside(&bare(&pool).await.with_keyring(old.clone()), &pool).await;
        let other = Fixture::beside(&fixture.db, &pool).await;
        for place in [&fixture, &other] {
            let new = NewAgent { name: "Ada".into(), persona: String::new(), client: None };
            let agent = agents::commands::create(&place.db, &place.operator, new).await.unwrap();
            agents::commands::set_key(&place.db, &place.operator, agent, "sk-planted-4711").await.unwrap();
        }
        let new = Keyring::parse(&Keyring::generate()).unwrap();
        let both = fixture.db.clone().with_keyring(new.followed_by(&old));
        assert_eq!(reseal(&both).await.unwrap(), ResealCount { agents: 2, ..ResealCount::default() });
        assert_eq!(reseal(&both).await.unwrap(), ResealCount::default(), "again, it has nothing to do");
        let after = fixture.db.clone().with_keyring(new);
        assert_eq!(super::super::unopened(&after).await.unwrap(), []);
        let before = super::super::unopened(&fixture.db).await.unwrap();
        assert_eq!(before.iter().map(|sealed| sealed.agents).sum::<i64>(), 2);
        let told: i64 = sqlx::query_scalar("SELECT count(*) FROM audit WHERE what = 'rotate_sealing_key'")
            .fetch_one(&pool)
            .await
            .unwrap();
        assert_eq!(told, 2, "each workspace is told once");
        // With neither key: nothing is lost by trying.
        let lost = fixture.db.clone().with_keyring(Keyring::parse(&Keyring::generate()).unwrap());
        assert_eq!(reseal(&lost).await.unwrap(), ResealCount { unopened: 2, ..ResealCount::default() });
    }
}
