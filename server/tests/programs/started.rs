//! Programs that the server starts: over the Agent Client Protocol Hermes' own adapter and Claude Code's from npm, and
//! Claude Code itself without a terminal. They stand the same tests.

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use agents::{
    AgentBackend,
    acp::Acp,
    claude_code::ClaudeCode,
    external::{Programs, ToolGateway},
};
use domain::{
    agents::{Backend, Settings},
    approvals, controls, deliverables,
    ids::RunId,
    session::{Event, Part, StepState},
};
use safe_http::{Admitted, SafeHttp};
use serde_json::{Value, json};

use sqlx::PgPool;
use tempfile::TempDir;

use super::{
    desk::{
        another, answered_at_once, asked, in_review, questions, read_words, sees_it_done, speaks,
        work_until_text, world,
    },
    hermes::{LETTER, steps},
    installed::program,
    machine::{kill_in, none_in},
    portal::Portal,
    script::{ScriptedTurn, calls, words_turn},
    scripted::{KEY, Scripted},
    support::{AgentWorld, PATIENCE, logs},
};

/// One of the programs, set up.
pub struct Agent {
    backend: Backend,
    settings: Settings,
    /// Its own configuration, and where the portal lets it work.
    folder: TempDir,
    /// Its tool that runs commands.
    tool: &'static str,
    portal: Option<Portal>,
}

impl Agent {
    fn hermes(model: &Scripted) -> Option<Self> {
        let binary = program("Hermes' adapter", "venv/bin/hermes-acp")?;
        let folder = tempfile::tempdir().unwrap();
        let config = json!({
            "model": { "default": "scripted", "provider": "custom", "base_url": format!("{}/v1", model.address),
                       "api_key": KEY, "context_length": 131_072 },
            "approvals": { "mode": "manual", "timeout": 600 },
        });
        std::fs::write(folder.path().join("config.yaml"), config.to_string()).unwrap();
        let command = vec![format!("HERMES_HOME={}", folder.path().display()), text(&binary)];
        Some(Self {
            backend: Backend::Acp,
            settings: commanded(command),
            folder,
            tool: "terminal",
            portal: None,
        })
    }

    fn claude(model: &Scripted) -> Option<Self> {
        let binary = program("Claude Code's adapter", "node_modules/.bin/claude-agent-acp")?;
        let folder = tempfile::tempdir().unwrap();
        let command = vec![
            format!("ANTHROPIC_BASE_URL={}", model.address),
            "ANTHROPIC_API_KEY={key}".to_owned(),
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1".to_owned(),
            "DISABLE_AUTOUPDATER=1".to_owned(),
            text(&binary),
        ];
        Some(Self { backend: Backend::Acp, settings: commanded(command), folder, tool: "Bash", portal: None })
    }

    fn claude_code(model: &Scripted) -> Option<Self> {
        let binary = program("Claude Code", "node_modules/@anthropic-ai/claude-code-linux-x64/claude")?;
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings { url: Some(model.address.clone()), ..commanded(vec![text(&binary)]) };
        Some(Self { backend: Backend::ClaudeCode, settings, folder, tool: "Bash", portal: None })
    }

    pub fn backend(&self) -> Arc<dyn AgentBackend> {
        let gateway = self.portal().gateway.clone();
        let programs = Programs::new(self.settings.command.last().cloned(), self.works(), gateway);
        match self.backend {
            Backend::ClaudeCode => {
                Arc::new(ClaudeCode::new(programs, SafeHttp::new(Admitted::private()).unwrap()))
            }
            _ => Arc::new(Acp::new(programs)),
        }
    }

    fn works(&self) -> std::path::PathBuf {
        self.folder.path().join("agents")
    }

    /// The workspace whose agent it is, and the portal that it reaches.
    pub async fn world(&mut self, pg: PgPool) -> AgentWorld {
        let world = world(pg, self.backend, &self.settings, Some(KEY)).await;
        self.portal = Some(Portal::open(&world.db).await);
        world
    }

    fn portal(&self) -> &Portal {
        self.portal.as_ref().expect("there is a world")
    }
}

fn commanded(command: Vec<String>) -> Settings {
    Settings { command, ..Settings::default() }
}

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

fn command(command: &str) -> Value {
    json!({ "command": command, "description": "Does it" })
}

fn tool(of: &str) -> &'static str {
    if of == "hermes" { "terminal" } else { "Bash" }
}

pub async fn start(of: &str, script: Vec<ScriptedTurn>) -> (Scripted, Option<Agent>) {
    let model = Scripted::new(script).await;
    let agent = match of {
        "hermes" => Agent::hermes(&model),
        "claude" => Agent::claude(&model),
        _ => Agent::claude_code(&model),
    };
    (model, agent)
}

async fn goes_the_whole_way(of: &str, pg: PgPool) {
    let script = vec![
        calls("I look at what is there.", tool(of), command("echo three open loops")),
        calls("Now I clean up.", tool(of), command("rm -rf ./nothing-here")),
        calls("And again.", tool(of), command("rm -rf ./nothing-there")),
        words_turn(LETTER),
    ];
    let (model, Some(mut agent)) = start(of, script).await else { return };
    let world = agent.world(pg).await;
    let request = world.ask("New fees", "Write a letter.", vec![]).await;
    let hand = world.work(agent.backend());
    let first = asked(&world, 0).await;
    assert!(first.question.starts_with(&format!("Juno wants to use {}", agent.tool)), "{}", first.question);
    assert!(first.detail.contains("rm -rf ./nothing-here"), "{}", first.detail);
    approvals::commands::answer(&world.db, &world.operator, first.id, "once").await.unwrap();
    let second = asked(&world, 1).await;
    approvals::commands::answer(&world.db, &world.operator, second.id, "deny").await.unwrap();
    world.until(&request, in_review).await;
    hand.leave().await;
    none_in(&agent.works(), PATIENCE).await;

    assert_eq!(read_words(&world, &request).await, model.whole());
    model.is_content();
    let told = model.asked()[0].to_string();
    assert!(told.contains("Hale & Partners") && told.contains("Calm and exact."));
    let seen = steps(&world, &request).await;
    assert!(seen.len() == 3 && seen.iter().all(|(title, _)| title == "Ran a command"), "{seen:?}");
    assert!(
        seen[..2].iter().all(|(_, state)| *state == StepState::Done),
        "what was allowed is done: {seen:?}"
    );
    let delivered = world.see(request.card.number).await.deliverables.remove(0);
    let version = deliverables::queries::version(&world.db, &world.owner, delivered.id, 1).await.unwrap();
    assert_eq!(version.body.as_deref(), Some(LETTER));
    let raw = |part: &Part| {
        matches!(
            part,
            Part::ToolInputAvailable { .. } | Part::ToolOutputAvailable { .. } | Part::ToolOutputError { .. }
        )
    };
    assert!(!world.parts(request.session_stream).await.iter().any(raw), "nothing raw before the client");
    let backstage = world.events(request.backstage_stream.unwrap()).await;
    assert_eq!(backstage.iter().filter(|event| raw(&event.part)).count(), 6);
    let tokens: Option<i64> = sqlx::query_scalar("SELECT sum(output_tokens)::bigint FROM spend")
        .fetch_one(&world.pool)
        .await
        .unwrap();
    assert!(tokens.unwrap() > 0);
    assert!(!world.everything().await.contains(KEY), "the key is nowhere");
}

fn long(of: &str) -> Vec<ScriptedTurn> {
    vec![
        calls("First I look at what there is.", tool(of), command("echo one")),
        calls("Then I look at the rest, which takes me a while.", tool(of), command("echo two")),
        words_turn(LETTER),
    ]
}

async fn is_killed(of: &str, pg: PgPool) {
    let (model, Some(mut agent)) = start(of, long(of)).await else { return };
    let world = agent.world(pg).await;
    for wanted in ["First I", "the rest, which"] {
        let (request, hand) = work_until_text(&world, &model, agent.backend(), wanted).await;
        kill_in(&agent.works());
        sees_it_done(&world, &model, &request, hand).await;
    }
    model.is_content();
}

async fn outlives_the_portal(of: &str, pg: PgPool) {
    let (model, Some(mut agent)) = start(of, long(of)).await else { return };
    let world = agent.world(pg).await;
    for wanted in ["First I", "the rest, which"] {
        let (request, hand) = work_until_text(&world, &model, agent.backend(), wanted).await;
        hand.kill().await;
        none_in(&agent.works(), PATIENCE).await;
        let hand = another(&world, agent.backend()).await;
        sees_it_done(&world, &model, &request, hand).await;
    }
    model.is_content();
}

async fn a_permission_survives_a_restart_and_has_one_winner(of: &str, pg: PgPool) {
    // Broken off while it asks, it counts that as refused, and the model tries again.
    let clean = || command("rm -rf ./nothing-here");
    let script = vec![
        calls("I clean up.", tool(of), clean()),
        calls("I was interrupted, so once more.", tool(of), clean()),
        words_turn(LETTER),
    ];
    let (model, Some(mut agent)) = start(of, script).await else { return };
    let world = agent.world(pg).await;
    let request = world.ask("New fees", "Write a letter.", vec![]).await;
    let hand = world.work(agent.backend());
    let approval = asked(&world, 0).await;
    hand.kill().await;
    // Two of it would share a home.
    none_in(&agent.works(), PATIENCE).await;
    let allowed = answered_at_once(&world, &approval).await;
    let hand = another(&world, agent.backend()).await;
    world.until(&request, in_review).await;
    hand.leave().await;
    assert_eq!(read_words(&world, &request).await, model.whole());
    assert_eq!(questions(&world).await, 1, "it is asked once");
    let done = steps(&world, &request).await.into_iter().any(|(_, state)| state == StepState::Done);
    assert_eq!(done, allowed, "the answer counts");
}

async fn stops_and_hears(of: &str, pg: PgPool) {
    let script = vec![
        words_turn("Dear client, this is a first draft of the letter, written one word after another."),
        words_turn("Dear client, this goes on and on and on, word after word after word after word."),
    ];
    let (model, Some(mut agent)) = start(of, script).await else { return };
    let world = agent.world(pg).await;
    let (request, hand) = work_until_text(&world, &model, agent.backend(), "first draft").await;
    let steer = controls::commands::steer(&world.db, &world.owner, request.card.id, "Mention the car park")
        .await
        .unwrap();
    let noted = |event: &Event| {
        matches!(&event.part, Part::DataOutcome { control, .. } if *control == steer.control).then_some(())
    };
    world.until(&request, noted).await;
    model.stand_at("on and on");
    speaks(&world, &request, "on and on").await;
    assert!(model.asked()[1]["messages"].to_string().contains("Mention the car park"));
    let begun = Instant::now();
    controls::commands::stop(&world.db, &world.member, request.card.id).await.unwrap();
    none_in(&agent.works(), PATIENCE).await;
    println!("{of} was gone {} ms after the stop", begun.elapsed().as_millis());
    let stopped = |event: &Event| match &event.part {
        Part::DataRun { state: domain::session::RunState::Cancelled, .. } => Some(()),
        _ => None,
    };
    world.until(&request, stopped).await;
    hand.leave().await;
}

/// What it was given opens the tools of its run, while it works and no longer.
async fn uses_the_portals_tools(of: &str, pg: PgPool) {
    logs::capture();
    let plan = json!({ "plan": [{ "title": "Look up the fees", "state": "working" }] });
    let letter = json!({ "title": "The letter", "markdown": LETTER });
    let script = vec![
        calls("I make a plan.", "mcp__throughline__report_progress", plan),
        calls("I hand it over.", "mcp__throughline__deliver", letter),
        calls("That was all.", "mcp__throughline__finish", json!({})),
        words_turn("It is before you, word after word after word."),
    ];
    let (model, Some(mut agent)) = start(of, script).await else { return };
    let world = agent.world(pg).await;
    let request = world.ask("New fees", "Write a letter.", vec![]).await;
    model.pace(Duration::from_millis(50));
    model.stand_at("I hand");
    let hand = world.work(agent.backend());
    let planned = |event: &Event| matches!(event.part, Part::DataPlan { .. }).then_some(());
    world.until(&request, planned).await;
    let seen = agent.portal().seen();
    assert_eq!(seen.len(), 1, "it comes with one token");
    assert_eq!(agent.portal().probe(&seen[0], "/mcp").await, 200);
    let run: RunId = sqlx::query_scalar("SELECT id FROM run").fetch_one(&world.pool).await.unwrap();
    assert_eq!(
        agent.portal().probe(&seen[0], &format!("/v1/runs/{run}")).await,
        403,
        "not the API, not even its own run"
    );
    model.go_on();
    world.until(&request, in_review).await;
    assert_eq!(agent.portal().probe(&seen[0], "/mcp").await, 401, "it ends with the run");
    hand.leave().await;

    model.is_content();
    assert_eq!(read_words(&world, &request).await, model.whole(), "its last words are there, too");
    let mut delivered = world.see(request.card.number).await.deliverables;
    assert_eq!(delivered.len(), 1, "once");
    let delivered = delivered.remove(0);
    assert_eq!((delivered.title.as_str(), delivered.versions.len()), ("The letter", 1));
    assert_eq!(steps(&world, &request).await, [], "the portal's tools speak for themselves");
    let tokens: i64 = sqlx::query_scalar("SELECT count(*) FROM spend").fetch_one(&world.pool).await.unwrap();
    assert!(tokens > 0, "what it used is counted");
    let text = seen[0].trim_start_matches("Bearer ");
    assert!(!world.everything().await.contains(text), "in no session");
    assert!(!logs::captured().contains(text), "in no log");
    let offered = model.asked()[0]["tools"].to_string();
    assert!(offered.contains("mcp__throughline__deliver"), "{offered}");
    assert!(!offered.contains("approve_tool_use"), "which is not for the model: {offered}");
}

macro_rules! with {
    ($of:ident) => {
        mod $of {
            use sqlx::PgPool;

            #[sqlx::test(migrations = "../migrations")]
            #[ignore = "needs real programs: make test-agents"]
            async fn goes_the_whole_way(pg: PgPool) {
                super::goes_the_whole_way(stringify!($of), pg).await;
            }

            #[sqlx::test(migrations = "../migrations")]
            #[ignore = "needs real programs: make test-agents"]
            async fn is_killed(pg: PgPool) {
                super::is_killed(stringify!($of), pg).await;
            }

            #[sqlx::test(migrations = "../migrations")]
            #[ignore = "needs real programs: make test-agents"]
            async fn outlives_the_portal(pg: PgPool) {
                super::outlives_the_portal(stringify!($of), pg).await;
            }

            #[sqlx::test(migrations = "../migrations")]
            #[ignore = "needs real programs: make test-agents"]
            async fn a_permission_survives_a_restart_and_has_one_winner(pg: PgPool) {
                super::a_permission_survives_a_restart_and_has_one_winner(stringify!($of), pg).await;
            }

            #[sqlx::test(migrations = "../migrations")]
            #[ignore = "needs real programs: make test-agents"]
            async fn stops_and_hears(pg: PgPool) {
                super::stops_and_hears(stringify!($of), pg).await;
            }
        }
    };
}

with!(hermes);
with!(claude);
with!(claude_code);

#[sqlx::test(migrations = "../migrations")]
#[ignore = "needs real programs: make test-agents"]
async fn an_acp_agent_uses_the_portals_tools(pg: PgPool) {
    uses_the_portals_tools("claude", pg).await;
}

#[sqlx::test(migrations = "../migrations")]
#[ignore = "needs real programs: make test-agents"]
async fn claude_code_uses_the_portals_tools(pg: PgPool) {
    uses_the_portals_tools("claude_code", pg).await;
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_not_named_is_not_run(pg: PgPool) {
    let settings = commanded(vec!["A=1".into(), "/bin/true".into()]);
    let world = world(pg, Backend::Acp, &settings, None).await;
    let folder = tempfile::tempdir().unwrap();
    let request = world.ask("New fees", "Write a letter.", vec![]).await;
    let allowed = ["true".to_owned(), "A=1".to_owned()];
    let hand = world.work(Arc::new(Acp::new(Programs::new(
        allowed,
        folder.path().join("agents"),
        ToolGateway::of(([127, 0, 0, 1], 0).into()),
    ))));
    let failed = |event: &Event| match &event.part {
        Part::DataRun { failure, .. } => failure.clone(),
        _ => None,
    };
    let words = world.until(&request, failed).await;
    assert!(words.contains("isn’t set up correctly"), "{words}");
    hand.leave().await;
    assert!(world.everything().await.contains("/bin/true isn’t allowed on this server"));
    assert!(!folder.path().join("agents").exists());
}
