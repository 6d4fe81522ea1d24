//! Tenancy: every table with row-level security, asked under the wrong scope and under none, has no rows; and what is
//! internal is not a client's to read.

use sqlx::PgPool;
use uuid::Uuid;

use super::world::World;
use crate::testing::{TestClient, furnish_payments};
use crate::{
    Db, Error, Scope, SystemRole, access,
    agents::{self, NewAgent},
    approvals::{self, Audience, Question},
    audit::ActedThrough,
    controls,
    costs::{self, PriceForm, Subject, UsageReport},
    deliverables::{self, Content},
    files::{self, NewFile},
    idempotency::{self, Call},
    ids::{InvoiceId, TokenId},
    money::Currency,
    notes,
    proposals::{self, Action},
    requests::{commands, queries},
    reviews, runs,
    session::{Choice, Part},
    tax,
    tokens::{self, NewToken},
    webhooks::{self, EventKind, NewWebhook},
};

/// One of everything, so that an empty answer means something.
async fn furnish(world: &World, house: &TestClient) {
    let db = &world.db;
    let own = NewAgent { name: "Juno".into(), persona: String::new(), client: Some(house.id) };
    agents::commands::create(db, &world.operator, own).await.unwrap();
    let juno = agents::queries::list(db, &house.owner).await.unwrap().remove(0);
    agents::commands::set_key(db, &world.operator, juno.id, "sk-planted-4711").await.unwrap();
    let new = NewWebhook { url: "https://example.com/hook".into(), events: EventKind::ALL.to_vec() };
    webhooks::commands::create(db, &world.operator, &new).await.unwrap();
    let asked = world.ask(house, "Draft a lease").await.card;
    let new = NewFile {
        name: "a.pdf".into(),
        media_type: "application/pdf".into(),
        label: "PDF".into(),
        is_text: false,
        bytes: 1,
        sha256: "0".repeat(64),
        request: Some(asked.id),
    };
    files::commands::add(db, &house.owner, new).await.unwrap();
    let claimed = world.claim().await;
    controls::commands::steer(db, &house.owner, asked.id, "Short, please.").await.unwrap();
    controls::commands::send_message(db, &house.owner, asked.id, "message", "In English.").await.unwrap();
    runs::commands::append_backstage(db, &claimed, vec![Part::DataComment { text: "internal".into() }])
        .await
        .unwrap();
    for audience in [Audience::Operator, Audience::Client] {
        let options = vec![Choice { key: "y".into(), label: "Yes".into() }];
        let question =
            Question { question: "Well?".into(), detail: String::new(), options, open_for: 600, audience };
        let approval = approvals::commands::ask(db, &claimed, question).await.unwrap();
        approvals::commands::answer(db, &world.operator, approval, "y").await.unwrap();
    }
    let spent = UsageReport { key: "1".into(), model: "m".into(), ..UsageReport::default() };
    costs::commands::record(db, &claimed, &spent).await.unwrap();
    for subject in [Subject::Client(house.id), Subject::Agent(claimed.agent)] {
        costs::commands::set_limit(db, &world.operator, subject, "50").await.unwrap();
    }
    let price =
        PriceForm { model: "m".into(), input: "1".into(), output: "2".into(), ..PriceForm::default() };
    costs::commands::set_price(db, &world.operator, &price).await.unwrap();
    costs::commands::set_rate(db, &world.operator, Currency::EUR, "0.92").await.unwrap();
    let rate = tax::RateForm {
        country: "IS".into(),
        kind: "standard".into(),
        name: "VSK".into(),
        percent: "24".into(),
        ..tax::RateForm::default()
    };
    tax::commands::add_rate(db, &world.operator, &rate).await.unwrap();
    let token =
        NewToken { name: "A".into(), agent: Some(claimed.agent), client: Some(house.id), rights: Vec::new() };
    let (token, _) = tokens::commands::create(db, &world.operator, token).await.unwrap();
    called(world, house, token).await;
    webhooks::outbox::spread(db).await.unwrap();
    deliverables::commands::put(db, &claimed, "Lease", Content::Body("Draft".into())).await.unwrap();
    deliverables::commands::submit_for_review(db, &claimed).await.unwrap();
    reviews::commands::approve(db, &house.owner, asked.id).await.unwrap();
    notes::commands::write(db, &house.owner, house.id, "Rates.md", "An hour is $300.", None).await.unwrap();
    sqlx::query(
        "INSERT INTO session_fold (workspace_id, client_id, stream_id, next_offset, version, fold, folded_at)
         SELECT workspace_id, client_id, session_stream, 1, 1, '{}', now() FROM request WHERE client_id = $1",
    )
    .bind(house.id.0)
    .execute(&world.pool)
    .await
    .unwrap();
    sqlx::query(
        "INSERT INTO subscription_pause (workspace_id, client_id, subscription_id, from_at, banked_seconds)
         SELECT workspace_id, client_id, id, now(), 0 FROM subscription WHERE client_id = $1",
    )
    .bind(house.id.0)
    .execute(&world.pool)
    .await
    .unwrap();
    sqlx::query(
        "INSERT INTO credit_note (id, workspace_id, client_id, number, currency, lines, total_minor, bill_from, bill_to, issued_at)
         SELECT gen_random_uuid(), workspace_id, id, (SELECT count(*) + 1 FROM credit_note), 'USD', '[]', 1, '', '', now()
         FROM client WHERE id = $1",
    )
    .bind(house.id.0)
    .execute(&world.pool)
    .await
    .unwrap();
    let invoice = sqlx::query_scalar("SELECT id FROM invoice WHERE client_id = $1 LIMIT 1")
        .bind(house.id.0)
        .fetch_one(&world.pool)
        .await
        .unwrap();
    let word = house.id.to_string();
    furnish_payments(db, &world.pool, world.operator.workspace, InvoiceId(invoice), &word).await;
    sqlx::query(
        "INSERT INTO balance_entry (id, workspace_id, client_id, amount_minor, currency, reason, made_at)
         SELECT gen_random_uuid(), workspace_id, id, 500, 'USD', 'gift', now() FROM client WHERE id = $1",
    )
    .bind(house.id.0)
    .execute(&world.pool)
    .await
    .unwrap();
    sqlx::query(
        "INSERT INTO discount_code (id, workspace_id, code, percent, currency, created_at)
         SELECT gen_random_uuid(), workspace_id, 'WELCOME', 20, 'USD', now() FROM client WHERE id = $1",
    )
    .bind(house.id.0)
    .execute(&world.pool)
    .await
    .unwrap();
    sqlx::query(
        "INSERT INTO client_erasure (workspace_id, client_id, asked_by, asked_at, due_at)
         SELECT workspace_id, client_id, person_id, now(), now() FROM membership WHERE client_id = $1 AND role = 'owner'",
    )
    .bind(house.id.0)
    .execute(&world.pool)
    .await
    .unwrap();
    sqlx::query(
        "INSERT INTO client_export (id, workspace_id, client_id, asked_by, from_desk, zone, created_at)
         SELECT gen_random_uuid(), workspace_id, id, $2, false, 'UTC', now() FROM client WHERE id = $1",
    )
    .bind(house.id.0)
    .bind(house.owner.person().unwrap().0)
    .execute(&world.pool)
    .await
    .unwrap();
    sqlx::query(
        "INSERT INTO invitation (id, workspace_id, client_id, email, role, token_hash, created_at, expires_at)
         SELECT gen_random_uuid(), workspace_id, id, 'x@example.com', 'member', id::text::bytea, now(), now() FROM client WHERE id = $1",
    )
    .bind(house.id.0)
    .execute(&world.pool)
    .await
    .unwrap();
}

/// What a program's call leaves behind.
async fn called(world: &World, house: &TestClient, token: TokenId) {
    let (db, scope) = (&world.db, &world.operator);
    let by = ActedThrough { token: Some(token), ip: None };
    let call = Call { by: &by, what: "archive_client", key: Some("1"), arguments: &serde_json::Value::Null };
    let (own, client) = (scope.clone(), house.id);
    idempotency::once(db, &scope.within(house.id), call, async move |db| {
        let action = Action::ArchiveClient { client };
        let (_, deed) = proposals::commands::propose(&db, &own, token, &action, "").await?;
        Ok((serde_json::Value::Null, deed))
    })
    .await
    .unwrap();
}

/// A table under row-level security, and the columns by which its rows belong to somebody.
#[derive(Debug)]
struct TenantTable {
    name: String,
    forced: bool,
    has_workspace: bool,
    has_client: bool,
    /// The product's role may read it.
    readable: bool,
}

/// From the catalogue, so that a new table cannot be forgotten.
async fn tables(world: &World) -> Vec<TenantTable> {
    let rows: Vec<(String, bool, bool, bool, bool, bool)> = sqlx::query_as(
        "SELECT c.relname::text, c.relrowsecurity, c.relforcerowsecurity,
                EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'workspace_id' AND NOT a.attisdropped),
                EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'client_id' AND NOT a.attisdropped),
                has_any_column_privilege('throughline_app', c.oid, 'SELECT')
         FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace ORDER BY c.relname",
    )
    .fetch_all(&world.pool)
    .await
    .unwrap();
    let mut tables = Vec::new();
    for (name, secured, forced, has_workspace, has_client, readable) in rows {
        if !secured {
            // These belong to the install, hold nothing of a tenant's, and the product's role does not read them.
            assert!(
                ["_sqlx_migrations", "install", "rate_limit"].contains(&name.as_str()),
                "{name} is not secured"
            );
            assert!(!readable && !has_workspace, "{name} is not secured");
            continue;
        }
        tables.push(TenantTable { name, forced, has_workspace, has_client, readable });
    }
    tables
}

async fn rows(db: &Db, scope: &Scope, sql: String) -> i64 {
    let mut tx = db.begin(scope).await.unwrap();
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(tx.conn()).await.unwrap()
}

#[sqlx::test(migrations = "../migrations")]
async fn the_wrong_scope_sees_no_rows_of_any_table(pool: PgPool) {
    let world = World::new(pool).await;
    let (house, neighbour) =
        (world.client("Harbor & Pine Law", 1).await, world.client("Hill Insurance", 1).await);
    furnish(&world, &house).await;
    let beside = world.beside().await;
    let abroad = beside.client("Far Estates", 1).await;
    furnish(&beside, &abroad).await;

    let tables = tables(&world).await;
    assert!(tables.len() >= 24, "{}", tables.len());
    for table in &tables {
        assert!(table.forced, "{} is not forced", table.name);
        if !table.readable {
            continue;
        }
        let name = &table.name;
        // No scope at all.
        let visitor = Scope { client: None, ..house.owner.clone() };
        for nobody in [
            Scope { workspace: crate::ids::WorkspaceId(Uuid::nil()), ..visitor.clone() },
            Scope::visitor(crate::ids::WorkspaceId(Uuid::nil())),
        ] {
            assert_eq!(
                rows(&world.db, &nobody, format!("SELECT count(*) FROM {name}")).await,
                0,
                "{name} without a scope"
            );
        }
        walk(&world, table, &house, &neighbour, &abroad).await;
    }
    // Without the settings, as a connection comes from the pool.
    let mut conn = world.pool.acquire().await.unwrap();
    for table in tables.iter().filter(|table| table.readable) {
        sqlx::query("SET ROLE throughline_app").execute(&mut *conn).await.unwrap();
        let sql = format!("SELECT count(*) FROM {}", table.name);
        let seen: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&mut *conn).await.unwrap();
        assert_eq!(seen, 0, "{} without settings", table.name);
    }
}

async fn walk(
    world: &World,
    table: &TenantTable,
    house: &TestClient,
    neighbour: &TestClient,
    abroad: &TestClient,
) {
    let TenantTable { name, .. } = table;
    let of_client = match name.as_str() {
        "client" => Some("id"),
        _ => table.has_client.then_some("client_id"),
    };
    if let Some(column) = of_client {
        let theirs = format!("SELECT count(*) FROM {name} WHERE {column} = '{}'", house.id.0);
        assert!(rows(&world.db, &world.operator, theirs.clone()).await > 0, "{name} has nothing to see");
        assert_eq!(rows(&world.db, &neighbour.owner, theirs.clone()).await, 0, "{name} from another client");
        assert_eq!(
            rows(&world.db, &neighbour.billing, theirs.clone()).await,
            0,
            "{name} from another client"
        );
        assert_eq!(
            rows(&world.db, &abroad.owner, theirs.clone()).await,
            0,
            "{name} from another workspace's client"
        );
        // A client that is named in another workspace's scope is still not there.
        let crossed = Scope { workspace: abroad.owner.workspace, ..house.owner.clone() };
        assert_eq!(rows(&world.db, &crossed, theirs).await, 0, "{name} under crossed scopes");
    }
    if table.has_workspace || name == "workspace" {
        let column = if name == "workspace" { "id" } else { "workspace_id" };
        let ours = format!("SELECT count(*) FROM {name} WHERE {column} = '{}'", world.workspace.0);
        assert!(rows(&world.db, &world.operator, ours.clone()).await > 0, "{name} has nothing to see");
        let stranger = Scope { workspace: abroad.owner.workspace, ..world.operator.clone() };
        assert_eq!(
            rows(&world.db, &stranger, ours.clone()).await,
            0,
            "{name} from another workspace's operator"
        );
        assert_eq!(
            rows(&world.db, &Scope::system(abroad.owner.workspace), ours).await,
            0,
            "{name} from elsewhere"
        );
    }
    if name == "person" {
        let theirs = format!("SELECT count(*) FROM person WHERE id = '{}'", house.owner.person().unwrap().0);
        assert_eq!(rows(&world.db, &world.operator, theirs.clone()).await, 1);
        assert_eq!(
            rows(&world.db, &neighbour.owner, theirs.clone()).await,
            0,
            "a person from another client"
        );
        assert_eq!(rows(&world.db, &abroad.owner, theirs).await, 0, "a person from another workspace");
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn nobody_writes_for_another_client(pool: PgPool) {
    let world = World::new(pool).await;
    let (house, neighbour) =
        (world.client("Harbor & Pine Law", 1).await, world.client("Hill Insurance", 1).await);
    let asked = world.ask(&house, "Draft a lease").await;
    let mut tx = world.db.begin(&neighbour.owner).await.unwrap();
    let touched = sqlx::query("UPDATE request SET title = 'Mine'").execute(tx.conn()).await.unwrap();
    assert_eq!(touched.rows_affected(), 0);
    let forged = sqlx::query(
        "INSERT INTO file (id, workspace_id, client_id, name, media_type, label, is_text, bytes, sha256, created_at)
         VALUES ($1, $2, $3, 'x', 'x', 'x', false, 0, 'x', now())",
    )
    .bind(Uuid::nil())
    .bind(world.workspace.0)
    .bind(house.id.0)
    .execute(tx.conn())
    .await;
    assert!(forged.unwrap_err().to_string().contains("row-level security"));
    drop(tx);
    let (db, id) = (&world.db, asked.card.id);
    let scopes = [
        neighbour.owner.clone(),
        Scope { workspace: world.beside().await.workspace, ..world.operator.clone() },
    ];
    for scope in &scopes {
        let answers = [
            queries::by_number(db, scope, house.id, 1).await.map(|_| ()),
            commands::comment(db, scope, id, "Hello", &[]).await,
            commands::withdraw(db, scope, id).await,
            commands::edit(db, scope, id, "Mine", "Mine").await,
            commands::move_to(db, scope, id, crate::requests::Column::Backlog, None).await.map(|_| ()),
            commands::reorder(db, scope, id, crate::requests::Position::First).await,
            reviews::commands::approve(db, scope, id).await,
            reviews::commands::ask_for_change(db, scope, id, "Mine").await,
            runs::commands::retry(db, scope, id).await,
            controls::commands::steer(db, scope, id, "Mine").await.map(|_| ()),
            controls::commands::send_message(db, scope, id, "mine", "Mine").await.map(|_| ()),
            controls::commands::stop_run(db, scope, id, None).await.map(|_| ()),
        ];
        for answer in answers {
            assert!(matches!(answer, Err(Error::NotFound)), "{answer:?}");
        }
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_internal_is_not_a_clients_to_read(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 1).await;
    let asked = world.ask(&house, "Draft a lease").await;
    let backstage = asked.backstage_stream.unwrap();
    commands::note(&world.db, &world.operator, asked.card.id, "They pay late.").await.unwrap();
    assert!(matches!(
        commands::note(&world.db, &house.owner, asked.card.id, "Hello").await,
        Err(Error::NotFound)
    ));
    assert_eq!(world.parts(backstage).await, [Part::DataComment { text: "They pay late.".into() }]);

    assert_eq!(
        queries::by_number(&world.db, &house.owner, house.id, 1).await.unwrap().backstage_stream,
        None
    );
    let claimed = world.claim().await;
    for scope in [&house.owner, &house.member, &house.billing] {
        assert!(access::may_follow(&world.db, scope, asked.session_stream).await.is_ok());
        assert!(access::may_follow(&world.db, scope, house.board).await.is_ok());
        for hidden in [backstage, world.desk, Uuid::nil()] {
            assert!(matches!(access::may_follow(&world.db, scope, hidden).await, Err(Error::NotFound)));
        }
        assert_eq!(
            rows(&world.db, scope, "SELECT count(*) FROM stream_event WHERE data LIKE '%pay late%'".into())
                .await,
            0
        );
        assert_eq!(rows(&world.db, scope, "SELECT count(*) FROM stream WHERE backstage".into()).await, 0);
    }
    for scope in [&world.operator, &claimed.scope] {
        assert!(access::may_follow(&world.db, scope, backstage).await.is_ok());
    }
    assert!(access::may_follow(&world.db, &world.operator, world.desk).await.is_ok());
    assert!(access::may_follow(&world.db, &claimed.scope, world.desk).await.is_err());
    let other = world.client("Hill Insurance", 1).await;
    for stream in [asked.session_stream, house.board] {
        assert!(matches!(access::may_follow(&world.db, &other.owner, stream).await, Err(Error::NotFound)));
    }
    let beside = world.beside().await;
    assert!(access::may_follow(&world.db, &beside.operator, asked.session_stream).await.is_err());
}

#[sqlx::test(migrations = "../migrations")]
async fn the_servers_offices_neither_change_nor_read_what_is_a_tenants(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 1).await;
    world.ask(&house, "Draft a lease").await;
    for sql in [
        "UPDATE run SET state = 'cancelled'",
        "UPDATE request SET title = 'x'",
        "DELETE FROM approval",
        "SELECT brief FROM request",
        "SELECT persona FROM agent",
        "SELECT settings FROM agent",
        "SELECT body FROM webhook_event",
        "SELECT sealed FROM webhook",
        "SELECT sealed FROM agent_key",
        "SELECT question FROM approval",
        "SELECT body FROM control",
        "SELECT data FROM stream_event",
    ] {
        for office in [SystemRole::Jobs, SystemRole::Auth] {
            let mut tx = world.db.begin_as(office).await.unwrap();
            let error = sqlx::query(sql).execute(tx.conn()).await.unwrap_err();
            assert!(error.to_string().contains("permission denied"), "{sql}: {error}");
        }
    }
}
