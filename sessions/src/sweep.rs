//! Drops what has lapsed and what was deleted, behind everybody's back.

use std::sync::Arc;

use crate::{Error, StreamId, core::Core, sql};

/// Looks every sweep interval, and whenever a stream was deleted, until the engine stops.
pub(crate) async fn run(core: Arc<Core>) {
    let sweeping = async {
        loop {
            // Told or not, it looks.
            let _ = tokio::time::timeout(core.options.sweep_interval, core.sweep.notified()).await;
            if let Err(error) = sweep(&core).await {
                tracing::warn!(error = %error, "deleted streams could not be dropped, trying on");
            }
        }
    };
    core.stop.run_until_cancelled(sweeping).await;
}

async fn sweep(core: &Core) -> Result<(), Error> {
    let now = core.options.clock.now();
    let lapsed = core.ask(async |conn| sql::lapsed(conn, now).await).await?;
    for stream in lapsed {
        let stream = StreamId(stream);
        if core.change(async |conn| sql::put_away(conn, stream, now).await).await? {
            core.wake(&[stream]);
            core.nodes.moved([stream]);
        }
    }
    for (workspace, stream) in core.ask(async |conn| sql::graves(conn).await).await? {
        while !core.ask(async |conn| sql::clear_grave(conn, workspace, stream).await).await? {}
    }
    Ok(())
}
