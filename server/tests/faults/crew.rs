//! The agents of a round: each producer's present one, and those that it took over from.

use std::{
    env,
    process::Stdio,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, ChildStdout, Command},
    sync::watch,
    task::JoinSet,
};

use crate::{
    plan::ProducerWork,
    task::{AgentLine, Task, VARIABLE},
};

/// What one agent was seen to do.
#[derive(Clone, Debug)]
pub struct AgentDeed {
    pub task: Task,
    /// So many appends from the first on were acknowledged.
    pub acked: u64,
    pub end: Option<AgentLine>,
}

/// What all agents of the round did so far.
#[derive(Debug)]
pub struct RoundProgress {
    pub deeds: Vec<AgentDeed>,
    pub acked: usize,
    pub again: u64,
    last: Instant,
    /// The longest time without an acknowledgement.
    pub longest: Duration,
}

pub struct Crew {
    url: String,
    work: Vec<ProducerWork>,
    /// Each producer's present agent and its place among the deeds.
    present: Vec<(usize, Child)>,
    /// Agents that were taken over while they went on.
    zombies: Vec<Child>,
    listeners: JoinSet<()>,
    seen: Arc<Mutex<RoundProgress>>,
    acked: watch::Sender<usize>,
}

impl Crew {
    /// Sets all producers to work on the stream.
    pub fn start(url: &str, work: &[ProducerWork]) -> Self {
        let now = Instant::now();
        let seen =
            RoundProgress { deeds: Vec::new(), acked: 0, again: 0, last: now, longest: Duration::ZERO };
        let mut crew = Self {
            url: url.to_owned(),
            work: work.to_vec(),
            present: Vec::new(),
            zombies: Vec::new(),
            listeners: JoinSet::new(),
            seen: Arc::new(Mutex::new(seen)),
            acked: watch::channel(0).0,
        };
        for (producer, work) in work.iter().enumerate() {
            let agent = crew.set_to_work(producer, 0, work.appends);
            crew.present.push(agent);
        }
        crew
    }

    /// Counts the round's acknowledged appends.
    pub fn acked(&self) -> watch::Receiver<usize> {
        self.acked.subscribe()
    }

    pub fn seen(&self) -> std::sync::MutexGuard<'_, RoundProgress> {
        self.seen.lock().unwrap()
    }

    /// Another agent goes on where the present one is, in the next epoch; `kill` ends that one first.
    pub async fn take_over(&mut self, producer: usize, kill: bool) {
        if kill {
            // It may have ended already.
            let _ = self.present[producer].1.kill().await;
        }
        let (place, _) = self.present[producer];
        let AgentDeed { task, acked, .. } = self.seen().deeds[place].clone();
        let left = (task.appends - acked).max(1);
        let heir = self.set_to_work(producer, task.epoch + 1, left);
        let (_, before) = std::mem::replace(&mut self.present[producer], heir);
        self.zombies.push(before);
    }

    /// Waits until every producer's work is done, or one was refused; agents that were taken over end by themselves.
    pub async fn finish(&mut self) -> Result<(), String> {
        for agent in self.present.iter_mut().map(|(_, agent)| agent).chain(&mut self.zombies) {
            agent.wait().await.unwrap();
        }
        // Their last words may still be on the way.
        while self.listeners.join_next().await.is_some() {}
        let present: Vec<usize> = self.present.iter().map(|(place, _)| *place).collect();
        for (place, deed) in self.seen().deeds.iter().enumerate() {
            match (&deed.end, present.contains(&place)) {
                (Some(AgentLine::Done), _) | (Some(AgentLine::Fenced) | None, false) => {}
                (end, _) => return Err(format!("{:?} ended with {end:?} after {}", deed.task, deed.acked)),
            }
        }
        Ok(())
    }

    fn set_to_work(&mut self, producer: usize, epoch: u64, appends: u64) -> (usize, Child) {
        let ProducerWork { most, pause, .. } = self.work[producer];
        let pause_ms = u64::try_from(pause.as_millis()).unwrap();
        let task = Task { url: self.url.clone(), producer, epoch, appends, most, pause_ms };
        let mut child = Command::new(env::current_exe().unwrap())
            .env(VARIABLE, serde_json::to_string(&task).unwrap())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let out = child.stdout.take().unwrap();
        let place = {
            let mut seen = self.seen();
            seen.deeds.push(AgentDeed { task, acked: 0, end: None });
            seen.deeds.len() - 1
        };
        self.listeners.spawn(listen(out, place, Arc::clone(&self.seen), self.acked.clone()));
        (place, child)
    }
}

/// Hears one agent until it has ended.
async fn listen(
    out: ChildStdout,
    place: usize,
    seen: Arc<Mutex<RoundProgress>>,
    acked: watch::Sender<usize>,
) {
    let mut lines = BufReader::new(out).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        // Killed in the middle of a line, it has said nothing.
        let Ok(said) = serde_json::from_str(&line) else { continue };
        let mut seen = seen.lock().unwrap();
        match said {
            AgentLine::Acked(sequence) => {
                seen.deeds[place].acked = sequence + 1;
                seen.acked += 1;
                seen.longest = seen.longest.max(seen.last.elapsed());
                seen.last = Instant::now();
                acked.send_replace(seen.acked);
            }
            AgentLine::Again => seen.again += 1,
            end => seen.deeds[place].end = Some(end),
        }
    }
}
