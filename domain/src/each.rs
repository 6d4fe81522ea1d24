use crate::Result;

/// Does one thing after another, each in a transaction of its own: one that fails keeps nobody waiting. Answers how many
/// it was done to.
///
/// # Errors
/// The last failure, once all were tried.
pub(crate) async fn each<T, Done: Future<Output = Result<bool>>>(
    all: Vec<T>,
    one: impl Fn(T) -> Done,
) -> Result<u64> {
    let (mut done, mut failed) = (0, None);
    for thing in all {
        match one(thing).await {
            Ok(was_done) => done += u64::from(was_done),
            Err(error) => failed = Some(error),
        }
    }
    failed.map_or(Ok(done), Err)
}
