//! `DELETE`: deletes a stream.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use sessions::{Engine, Error};

use crate::{Authorizer, DurableStreams, Grant, Target, response};

pub(super) async fn delete<A: Authorizer>(
    streams: &DurableStreams<A>,
    grant: &Grant<A::Principal>,
) -> Result<Response, Response> {
    delete_target(&streams.engine, &grant.target).await.map_err(response::engine_error)?;
    if let Target::Named { tenant, name } = &grant.target {
        streams.engine.forget(*tenant, name);
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn delete_target(engine: &Engine, target: &Target) -> Result<(), Error> {
    let mut named = target.find(engine).await?;
    loop {
        match engine.delete(named.id).await {
            Err(Error::NotFound) => named = target.find_again(engine, &named).await?,
            done => return done,
        }
    }
}
