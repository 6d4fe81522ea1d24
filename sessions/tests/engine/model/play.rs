//! Does each deed on the engine and on the model, and compares.

use std::{
    fmt::Debug,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use futures::future::join_all;
use sessions::{
    Clock, Engine, Error, Expiry, ForkPoint, NewNamedStream, Offset, Options, Producer, StreamId, Tenant,
};
use sqlx::{PgPool, postgres::PgConnectOptions};
use uuid::Uuid;

use super::{
    actions::{Ends, ModelAction, NAMES, RelativePosition, Write},
    reference::{CreatePlan, ModelAppend, ReferenceModel},
};
use crate::support::{ENGINE, now, pool, until};

/// Two nodes over one database, under a clock that is moved by hand.
pub struct TwoNodes {
    nodes: [Engine; 2],
    root: PgPool,
    passed: Arc<AtomicI64>,
}

/// One story under way.
struct Scene<'a> {
    stage: &'a TwoNodes,
    tenant: Tenant,
    model: ReferenceModel,
    /// The streams, as the model counts them.
    ids: Vec<StreamId>,
    /// Makes every event another.
    written: usize,
}

type Wrong = String;

impl TwoNodes {
    pub async fn new(options: PgConnectOptions) -> Self {
        let passed = Arc::new(AtomicI64::new(0));
        let mut nodes = Vec::new();
        for _ in 0..2 {
            let told = Arc::clone(&passed);
            let options_of_node = Options {
                clock: Clock::new(move || at(&told)),
                // What has lapsed is put away before anybody looks.
                sweep_interval: Duration::from_millis(3),
                poll_interval: Duration::from_secs(3_600),
                ..Options::default()
            };
            nodes.push(Engine::start(pool(options.clone(), 3, ENGINE).await, options_of_node));
        }
        let nodes = nodes.try_into().unwrap_or_else(|_| unreachable!("there are two"));
        Self { nodes, root: pool(options, 1, "SELECT 1").await, passed }
    }

    pub async fn play(&self, story: &[(bool, ModelAction)]) -> Result<(), Wrong> {
        let tenant = Tenant { workspace: Uuid::now_v7(), client: Some(Uuid::now_v7()) };
        let mut scene =
            Scene { stage: self, tenant, model: ReferenceModel::default(), ids: Vec::new(), written: 0 };
        for (place, (node, deed)) in story.iter().enumerate() {
            let engine = &self.nodes[usize::from(*node)];
            scene.perform(engine, deed).await.map_err(|wrong| format!("deed {place}, {deed:?}: {wrong}"))?;
        }
        for engine in &self.nodes {
            scene.compare(engine).await?;
        }
        Ok(())
    }

    fn now(&self) -> DateTime<Utc> {
        at(&self.passed)
    }
}

fn at(passed: &AtomicI64) -> DateTime<Utc> {
    now() + TimeDelta::seconds(passed.load(Ordering::SeqCst))
}

/// Whether both took it.
fn same<T: Debug>(engine: Result<T, Error>, model: Result<T, Error>) -> Result<bool, Wrong> {
    let (said, should) = (format!("{engine:?}"), format!("{model:?}"));
    if said == should { Ok(engine.is_ok()) } else { Err(format!("it says {said} and should say {should}")) }
}

impl Scene<'_> {
    async fn perform(&mut self, engine: &Engine, deed: &ModelAction) -> Result<(), Wrong> {
        match deed {
            ModelAction::Create { name, ends, closed, events } => {
                let (expiry, texts) = (self.expiry(*ends), self.texts(*events));
                let name = NAMES[*name].to_owned();
                self.create(engine, &CreatePlan { name, expiry, closed: *closed, texts, fork: None }).await
            }
            ModelAction::Fork { name, source, at, part, ends, events } => {
                let (expiry, texts) = (self.expiry(*ends), self.texts(*events));
                let (name, source) = (NAMES[*name].to_owned(), NAMES[*source].to_owned());
                let length = self.model.streams.iter().rfind(|stream| stream.name == source);
                let at = at.map(|at| at.of(length.map_or(0, |stream| stream.events.len() as u64)));
                let fork = Some((source, at, *part));
                self.create(engine, &CreatePlan { name, expiry, closed: false, texts, fork }).await
            }
            ModelAction::Write(writes) => self.write(engine, writes).await,
            ModelAction::Pass(seconds) => self.pass(*seconds).await,
            ModelAction::Delete { stream } => match self.pick(*stream) {
                Some(stream) => {
                    same(engine.delete(self.ids[stream]).await, self.model.delete(stream)).map(drop)
                }
                None => Ok(()),
            },
            ModelAction::Trim { stream, before } => match self.pick(*stream) {
                Some(stream) => self.trim(engine, stream, *before).await,
                None => Ok(()),
            },
            ModelAction::Read { stream, from, limit } => match self.pick(*stream) {
                Some(stream) => {
                    let from = from.of(self.model.streams[stream].events.len() as u64);
                    self.read(engine, stream, from, *limit).await
                }
                None => Ok(()),
            },
        }
    }

    /// From the newest.
    fn pick(&self, stream: usize) -> Option<usize> {
        let count = self.ids.len();
        (count > 0).then(|| count - 1 - stream % count)
    }

    fn expiry(&self, ends: Ends) -> Expiry {
        match ends {
            Ends::Never => Expiry::Never,
            Ends::Idle(seconds) => Expiry::Idle(seconds),
            Ends::At(seconds) => Expiry::At(self.stage.now() + TimeDelta::seconds(seconds)),
        }
    }

    fn texts(&mut self, count: usize) -> Vec<String> {
        let from = self.written;
        self.written += count;
        (from..self.written).map(|n| format!("{{\"n\": {n}}}")).collect()
    }

    async fn create(&mut self, engine: &Engine, plan: &CreatePlan) -> Result<(), Wrong> {
        let body = if plan.texts.is_empty() { String::new() } else { format!("[{}]", plan.texts.join(",")) };
        let new = NewNamedStream {
            tenant: self.tenant,
            name: plan.name.clone(),
            content_type: Some("application/json".to_owned()),
            expiry: plan.expiry,
            closed: plan.closed,
            fork: plan.fork.clone().map(|(source, offset, part)| ForkPoint {
                source,
                offset: offset.map(Offset::from_value),
                part,
            }),
            body: Bytes::from(body),
        };
        let made = engine.create(new).await;
        let should = self.model.create(plan, self.stage.now());
        let told = made.as_ref().map(|made| made.fresh).map_err(Clone::clone);
        same(told, should.as_ref().map(|(_, fresh)| *fresh).map_err(Clone::clone))?;
        if let (Ok(made), Ok((place, fresh))) = (made, should) {
            if fresh {
                self.ids.push(made.head.id);
            }
            let (stream, head) = (&self.model.streams[place], &made.head);
            let known = (self.ids[place], stream.events.len() as u64, stream.earliest as u64, stream.closed);
            let told = (head.id, head.next.value(), head.earliest.value(), head.closed);
            if known != told {
                return Err(format!("it is {told:?} and should be {known:?}"));
            }
        }
        Ok(())
    }

    /// All at once: the writer puts them into one commit, in their order.
    async fn write(&mut self, engine: &Engine, writes: &[Write]) -> Result<(), Wrong> {
        let (mut sent, mut should) = (Vec::new(), Vec::new());
        for write in writes {
            let Some(stream) = self.pick(write.stream) else { continue };
            let wish = self.wish(stream, write);
            sent.push(engine.append(self.ids[stream], wish.append()));
            should.push(self.model.append(stream, &wish, self.stage.now()));
        }
        for (said, should) in join_all(sent).await.into_iter().zip(should) {
            same(said, should)?;
        }
        Ok(())
    }

    fn wish(&mut self, stream: usize, write: &Write) -> ModelAppend {
        let texts = self.texts(write.events);
        let by = write.by.map(|by| {
            let id = format!("producer {}", by.id);
            let (epoch, due) = self.model.streams[stream].due(&id);
            let next_epoch = epoch.saturating_add_signed(by.epoch.into());
            let due = if next_epoch > epoch { 0 } else { due };
            Producer { id, epoch: next_epoch, sequence: due.saturating_add_signed(by.sequence.into()) }
        });
        ModelAppend { texts, close: write.close, by, mark: write.mark.map(|mark| format!("{mark:03}")) }
    }

    /// What lapses meanwhile is put away before anything else is done.
    async fn pass(&mut self, seconds: i64) -> Result<(), Wrong> {
        self.stage.passed.fetch_add(seconds, Ordering::SeqCst);
        let now = self.stage.now();
        self.model.reach(now);
        until("what has lapsed to be put away", async || {
            let left: i64 = sqlx::query_scalar(
                "SELECT count(*) FROM stream
                 WHERE deleted_at IS NULL AND coalesce(expires_at, lapses_at) <= $1",
            )
            .bind(now)
            .fetch_one(&self.stage.root)
            .await
            .unwrap();
            left == 0
        })
        .await;
        Ok(())
    }

    async fn trim(&mut self, engine: &Engine, stream: usize, before: RelativePosition) -> Result<(), Wrong> {
        let before = before.of(self.model.streams[stream].events.len() as u64);
        let said = engine.trim(self.ids[stream], Offset::from_value(before)).await.map(Offset::value);
        same(said, self.model.trim(stream, before)).map(drop)
    }

    /// One page, which may be shorter than it could be, and what stands in it.
    async fn read(&mut self, engine: &Engine, stream: usize, from: u64, limit: u32) -> Result<(), Wrong> {
        let page = engine.read(self.ids[stream], Offset::from_value(from), limit).await;
        let closed = self.model.streams[stream].closed;
        let should = self.model.read(stream, from, self.stage.now()).map(<[String]>::to_vec);
        let told = page.as_ref().map(drop).map_err(Clone::clone);
        same(told, should.as_ref().map(drop).map_err(Clone::clone))?;
        let (Ok(page), Ok(should)) = (page, should) else { return Ok(()) };
        let texts: Vec<&str> = page.records.iter().map(|record| record.json()).collect();
        let dense =
            page.records.iter().zip(from + 1..).all(|(record, offset)| record.offset.value() == offset);
        let count = texts.len();
        let fits = count <= limit as usize && (count > 0 || should.is_empty());
        let ends = page.next.value() == from + count as u64 && page.up_to_date == (count == should.len());
        let right = dense && fits && ends && should.iter().zip(&texts).all(|(should, text)| should == text);
        if right && page.closed == (page.up_to_date && closed) {
            return Ok(());
        }
        Err(format!("from {from} it reads {page:?} and should read {should:?}, closed {closed}"))
    }

    /// Every stream, to its end.
    async fn compare(&mut self, engine: &Engine) -> Result<(), Wrong> {
        for stream in 0..self.ids.len() {
            let known = &self.model.streams[stream];
            let (earliest, next, closed) = (known.earliest as u64, known.events.len() as u64, known.closed);
            let should = self.model.alive(stream).map(|()| (earliest, next, closed));
            let head = engine.head(self.ids[stream]).await;
            let head = head.map(|head| (head.earliest.value(), head.next.value(), head.closed));
            if same(head, should)? {
                for from in earliest..=next {
                    self.read(engine, stream, from, 3).await?;
                }
                self.read(engine, stream, earliest, u32::MAX).await?;
            }
        }
        Ok(())
    }
}
