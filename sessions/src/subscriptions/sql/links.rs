//! Their streams.

use sqlx::PgConnection;

use super::{SubscriptionRow, client};
use crate::{Offset, subscriptions::model::Link};

const LINKS: &str = "
    SELECT l.path, l.explicit, l.acked_offset, coalesce(s.next_offset, 0)
    FROM stream_subscription_link l LEFT JOIN stream s
        ON s.workspace_id = l.workspace_id AND s.name = l.path AND s.buried_at IS NULL AND s.deleted_at IS NULL
        AND coalesce(s.client_id, '00000000-0000-0000-0000-000000000000'::uuid) = $3
    WHERE l.workspace_id = $1 AND l.subscription_id = $2 ORDER BY l.path";

pub(in crate::subscriptions) async fn links(
    conn: &mut PgConnection,
    row: &SubscriptionRow,
) -> sqlx::Result<Vec<Link>> {
    let rows: Vec<(String, bool, i64, i64)> = sqlx::query_as(LINKS)
        .bind(row.workspace_id)
        .bind(row.id)
        .bind(client(row.tenant()))
        .fetch_all(conn)
        .await?;
    let link = |(path, explicit, acked, tail)| Link {
        path,
        explicit,
        acked: Offset::from_column(acked),
        tail: Offset::from_column(tail),
    };
    Ok(rows.into_iter().map(link).collect())
}

/// The rest of a statement that links.
macro_rules! unless_linked {
    ($select:literal) => {
        concat!(
            "INSERT INTO stream_subscription_link
                (workspace_id, subscription_id, path, explicit, matched, acked_offset) ",
            $select,
            " ON CONFLICT (workspace_id, subscription_id, path) DO UPDATE SET
                explicit = stream_subscription_link.explicit OR excluded.explicit,
                matched = stream_subscription_link.matched OR excluded.matched"
        )
    };
}

/// Whether there is a stream of that name yet or not.
const LINK: &str = unless_linked!(
    "SELECT $1, $2, p.path, true, false, coalesce(s.next_offset, 0)
    FROM unnest($4::text[]) AS p (path) LEFT JOIN stream s
        ON s.workspace_id = $1 AND s.name = p.path AND s.buried_at IS NULL AND s.deleted_at IS NULL
        AND coalesce(s.client_id, '00000000-0000-0000-0000-000000000000'::uuid) = $3"
);

/// Links streams that are asked for by their names, from where they end now.
pub(in crate::subscriptions) async fn link(
    conn: &mut PgConnection,
    row: &SubscriptionRow,
    paths: &[String],
) -> sqlx::Result<()> {
    let query = sqlx::query(LINK).bind(row.workspace_id).bind(row.id).bind(client(row.tenant()));
    query.bind(paths).execute(conn).await.map(|_| ())
}

/// A stream may be deleted between the matching of its name and this: it is held, so that one that is gone is not
/// linked, and one that goes finds its link and takes it along. An append is not kept waiting by it.
const MATCH: &str = unless_linked!(
    "SELECT $1, $2, s.name, false, true, CASE WHEN $5 THEN s.next_offset ELSE 0 END
    FROM stream s
    WHERE s.workspace_id = $1 AND s.name = ANY($4) AND s.buried_at IS NULL AND s.deleted_at IS NULL
        AND coalesce(s.client_id, '00000000-0000-0000-0000-000000000000'::uuid) = $3
    FOR KEY SHARE OF s"
);

/// Links streams that match, from their `end` or their beginning on.
pub(in crate::subscriptions) async fn link_matching(
    conn: &mut PgConnection,
    row: &SubscriptionRow,
    names: &[String],
    end: bool,
) -> sqlx::Result<()> {
    let query = sqlx::query(MATCH).bind(row.workspace_id).bind(row.id).bind(client(row.tenant()));
    query.bind(names).bind(end).execute(conn).await.map(|_| ())
}

const UNLINK: &str = "
    WITH kept AS (
        UPDATE stream_subscription_link SET explicit = false
        WHERE workspace_id = $1 AND subscription_id = $2 AND path = $3 AND matched
    )
    DELETE FROM stream_subscription_link
    WHERE workspace_id = $1 AND subscription_id = $2 AND path = $3 AND NOT matched";

pub(in crate::subscriptions) async fn unlink(
    conn: &mut PgConnection,
    row: &SubscriptionRow,
    path: &str,
) -> sqlx::Result<()> {
    sqlx::query(UNLINK).bind(row.workspace_id).bind(row.id).bind(path).execute(conn).await.map(|_| ())
}

const ACK: &str = "
    UPDATE stream_subscription_link l SET acked_offset = greatest(l.acked_offset, a.acked)
    FROM unnest($3::text[], $4::bigint[]) AS a (path, acked)
    WHERE l.workspace_id = $1 AND l.subscription_id = $2 AND l.path = a.path";

pub(in crate::subscriptions) async fn ack(
    conn: &mut PgConnection,
    row: &SubscriptionRow,
    acks: &[(String, Offset)],
) -> sqlx::Result<()> {
    let (paths, offsets): (Vec<&str>, Vec<i64>) =
        acks.iter().map(|(path, offset)| (path.as_str(), offset.to_column())).unzip();
    let query = sqlx::query(ACK).bind(row.workspace_id).bind(row.id).bind(paths).bind(offsets);
    query.execute(conn).await.map(|_| ())
}
