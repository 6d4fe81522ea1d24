//! Pages through the real router, one at a time, signed in as those who read them.

use std::{net::SocketAddr, sync::Arc, time::Instant};

use agents::{
    external::ToolGateway,
    model::{ModelLimits, Models},
};
use app::web::{App, Reach, Site};
use axum::{Router, body::Body, extract::ConnectInfo, http::Request, response::Response};
use clap::Args;
use domain::{Clock, Db, files::store::Store, install as own};
use http::header::{CONTENT_TYPE, COOKIE, HOST, ORIGIN, SET_COOKIE};
use http_body_util::BodyExt;
use safe_http::{Admitted, SafeHttp};
use server::{
    database::DatabaseRole,
    live::{Live, Pace},
    payment_providers::StripeAccounts,
    router,
    shutdown::Shutdown,
    tryout::Tryout,
};
use sessions::Engine;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tower::ServiceExt;
use tracing_subscriber::{Layer, filter::Targets, layer::SubscriberExt, util::SubscriberInitExt};

use crate::{
    install::{self, BIG, PASSWORD, SMALL, Size},
    report::{self, PageTimings, quantile},
    sql_time::SqlTime,
};

type BenchError = Box<dyn std::error::Error>;

/// What to measure.
#[derive(Args)]
pub struct PagesOptions {
    /// A superuser's address in a cluster that can be thrown away.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    database_url: String,
    /// How often each page is asked for.
    #[arg(long, default_value_t = 300)]
    times: usize,
    /// Clients of the big install, a hundred requests each: fewer, to see whether the tool works.
    #[arg(long, default_value_t = BIG.clients)]
    clients: u64,
    /// Keep the databases for a look at their plans.
    #[arg(long)]
    keep: bool,
}

/// A page, and who reads it.
struct BenchPage {
    name: &'static str,
    path: &'static str,
    reader: PageReader,
}

#[derive(Clone, Copy, PartialEq)]
enum PageReader {
    Owner,
    Operator,
}

const PAGES: [BenchPage; 4] = [
    BenchPage { name: "portal home", path: "/portal", reader: PageReader::Owner },
    BenchPage { name: "request", path: "/portal/requests/96", reader: PageReader::Owner },
    BenchPage { name: "board", path: "/desk/board", reader: PageReader::Operator },
    BenchPage { name: "Today", path: "/desk", reader: PageReader::Operator },
];

/// Fills both installs, measures each page beside each, and prints the table.
///
/// # Errors
/// When Postgres or a page does not answer as it should.
pub async fn run(options: &PagesOptions) -> Result<(), BenchError> {
    let sql = SqlTime::default();
    let statements = Targets::new().with_target("sqlx::query", tracing::Level::DEBUG);
    tracing_subscriber::registry().with(sql.clone().with_filter(statements)).init();
    let server: PgConnectOptions = options.database_url.parse()?;
    let shutdown = Shutdown::on_signals()?;
    let mut beside = Vec::new();
    for size in [SMALL, Size { clients: options.clients, ..BIG }] {
        beside.push(Beside::start(&install::make(&server, size).await?, size, &shutdown).await?);
    }
    let mut rows = Vec::new();
    for page in &PAGES {
        rows.extend(in_turns(&beside, page, options.times, &sql).await?);
    }
    shutdown.begin();
    shutdown.drained().await;
    for install in beside {
        install.engine.shutdown().await;
        if !options.keep {
            install::drop(&server, install.size).await?;
        }
    }
    report::print(&rows);
    Ok(())
}

/// The product beside one install, and those who are signed in to it.
struct Beside {
    size: Size,
    routes: Router,
    engine: Engine,
    owner: String,
    operator: String,
}

impl Beside {
    async fn start(database: &PgConnectOptions, size: Size, shutdown: &Shutdown) -> Result<Self, BenchError> {
        let app = app(database).await?;
        let engine = app.db.engine().clone();
        let routes = router::routes(
            app,
            Live::new(shutdown.clone(), Pace::default()),
            &ToolGateway::of(([127, 0, 0, 1], 0).into()),
        );
        let owner = sign_in(&routes, "owner7@bench.test").await?;
        let operator = sign_in(&routes, "operator@bench.test").await?;
        Ok(Self { size, routes, engine, owner, operator })
    }

    /// Asks for a page once.
    async fn ask(&self, page: &BenchPage, sql: &SqlTime) -> Result<Sample, BenchError> {
        let cookie = match page.reader {
            PageReader::Owner => &self.owner,
            PageReader::Operator => &self.operator,
        };
        sql.take();
        let started = Instant::now();
        let request = Request::get(page.path).header(COOKIE, cookie).body(Body::empty())?;
        let answer = send(&self.routes, request).await?;
        if !answer.status().is_success() {
            return Err(format!("{} answered {}", page.path, answer.status()).into());
        }
        let bytes = answer.into_body().collect().await?.to_bytes().len();
        let whole = started.elapsed().as_secs_f64() * 1e3;
        let (in_sql, statements) = sql.take();
        Ok(Sample { whole, in_sql, statements, bytes })
    }
}

/// One answer; times in milliseconds.
struct Sample {
    whole: f64,
    in_sql: f64,
    statements: u64,
    bytes: usize,
}

/// One page beside each install, in turns: what else the machine does meets all of them alike.
async fn in_turns(
    beside: &[Beside],
    page: &BenchPage,
    times: usize,
    sql: &SqlTime,
) -> Result<Vec<PageTimings>, BenchError> {
    let mut taken: Vec<Vec<Sample>> = beside.iter().map(|_| Vec::new()).collect();
    for _ in 0..times + times / 10 {
        for (install, samples) in beside.iter().zip(&mut taken) {
            samples.push(install.ask(page, sql).await?);
        }
    }
    // The first ones fill caches and prepare statements; a page is not judged by them.
    Ok(beside
        .iter()
        .zip(taken)
        .map(|(install, samples)| row(install.size, page, &samples[times / 10..]))
        .collect())
}

fn row(size: Size, page: &BenchPage, samples: &[Sample]) -> PageTimings {
    let sorted = |of: fn(&Sample) -> f64| {
        let mut values: Vec<f64> = samples.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        values
    };
    let (whole, in_sql) = (sorted(|sample| sample.whole), sorted(|sample| sample.in_sql));
    let last = samples.last();
    PageTimings {
        install: size.name,
        page: page.name,
        p50: quantile(&whole, 0.5),
        p99: quantile(&whole, 0.99),
        sql_p50: quantile(&in_sql, 0.5),
        statements: last.map_or(0, |sample| sample.statements),
        bytes: last.map_or(0, |sample| sample.bytes),
    }
}

async fn app(database: &PgConnectOptions) -> Result<App, BenchError> {
    let pool = |role: DatabaseRole, connections| {
        PgPoolOptions::new()
            .max_connections(connections)
            .test_before_acquire(false)
            .after_connect(move |connection, _| Box::pin(role.take(connection)))
            .connect_with(database.clone())
    };
    let engine = Engine::start(pool(DatabaseRole::Sessions, 6).await?, sessions::Options::default());
    let db = Db::new(pool(DatabaseRole::App, 10).await?, engine, Clock::system());
    let site = Site {
        public_url: "http://127.0.0.1:3000".parse()?,
        is_named: false,
        reach: Reach::new(([127, 0, 0, 1], 3000).into(), &"http://127.0.0.1:3000".parse()?),
        sends_mail: false,
        files: Store::folder(std::env::temp_dir())?,
        form_key: own::key(&db, "form_key").await?,
        outward: Arc::new(outward()?),
        providers: Arc::new(StripeAccounts::new("http://127.0.0.1:9".parse()?)?),
        asset: |name| server::assets::url(name).unwrap_or_default(),
    };
    Ok(App { db, site: Arc::new(site) })
}

fn outward() -> Result<Tryout, BenchError> {
    let safe_http = SafeHttp::new(Admitted::default())?;
    Ok(Tryout::new(safe_http.clone(), Models::new(safe_http, ModelLimits::default())))
}

/// Through the form, as a person would; the cookies that the pages want.
async fn sign_in(routes: &Router, email: &str) -> Result<String, BenchError> {
    let page = send(routes, Request::get("/sign-in").body(Body::empty())?).await?;
    let form_cookie =
        cookies(&page).into_iter().find(|cookie| cookie.starts_with("form=")).ok_or("no form cookie")?;
    let html = String::from_utf8(page.into_body().collect().await?.to_bytes().to_vec())?;
    let token = html
        .split("name=\"form_token\" value=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .ok_or("no form token on the page")?;
    let body = format!(
        "form_token={token}&email={}&password={}",
        email.replace('@', "%40"),
        PASSWORD.replace(' ', "+")
    );
    let request = Request::post("/sign-in")
        .header(COOKIE, &form_cookie)
        .header(ORIGIN, "http://127.0.0.1:3000")
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(body))?;
    let answer = send(routes, request).await?;
    let mine = cookies(&answer)
        .into_iter()
        .find(|cookie| cookie.starts_with("sign_in="))
        .ok_or_else(|| format!("signing in answered {}", answer.status()))?;
    Ok(format!("{form_cookie}; {mine}"))
}

async fn send(routes: &Router, mut request: Request<Body>) -> Result<Response, BenchError> {
    request.headers_mut().insert(HOST, http::HeaderValue::from_static("127.0.0.1:3000"));
    request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 9))));
    Ok(routes.clone().oneshot(request).await?)
}

fn cookies(response: &Response) -> Vec<String> {
    response
        .headers()
        .get_all(SET_COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok()?.split(';').next().map(str::to_owned))
        .collect()
}
