//! `DELETE`: deletes a stream.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use sessions::{Engine, Error};

use super::{Authorizer, Dialect, Grant, Place, answer};

pub(super) async fn delete<A: Authorizer>(
    dialect: &Dialect<A>,
    grant: &Grant<A::Pass>,
) -> Result<Response, Response> {
    gone(&dialect.engine, &grant.place).await.map_err(answer::refused)?;
    if let Place::Named { tenant, name } = &grant.place {
        dialect.engine.forget(*tenant, name);
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn gone(engine: &Engine, place: &Place) -> Result<(), Error> {
    let mut named = place.find(engine).await?;
    loop {
        match engine.delete(named.id).await {
            Err(Error::NotFound) => named = place.find_again(engine, &named).await?,
            done => return done,
        }
    }
}
