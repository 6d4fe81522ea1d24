//! Whether a stream is there at all.

use crate::Error;

/// 0: it is there; 1: deleted or lapsed, and kept for its forks; 2: nothing is left of it for anybody. `$now` is a
/// parameter that holds the engine's time; without one Postgres's own is taken.
macro_rules! gone {
    ($now:literal) => {
        concat!(
            "CASE WHEN s.buried_at IS NOT NULL THEN 2 WHEN s.deleted_at IS NOT NULL THEN 1 ",
            "WHEN coalesce(s.expires_at, s.lapses_at) <= coalesce(",
            $now,
            "::timestamptz, now()) THEN CASE WHEN EXISTS (",
            "SELECT FROM stream f WHERE f.forked_from = s.id AND f.buried_at IS NULL) THEN 1 ELSE 2 END ",
            "ELSE 0 END"
        )
    };
}
pub(crate) use gone;

/// The error of whoever asks for the stream; none where it is there.
pub(crate) fn gone_error(gone: i32) -> Option<Error> {
    match gone {
        0 => None,
        1 => Some(Error::Deleted),
        _ => Some(Error::NotFound),
    }
}
