//! What is tried: a flow's file, a folder with one, or a bot that is a component.

use crate::bot::BotFile;
use bot::{
    play::Player,
    step::{Context, Event, Turn},
};
use script::{
    Script,
    diagram::{self, Graph},
};
use std::path::{Path, PathBuf};

/// The flow's file in a folder of its own, and where its transcripts are beside it.
const FLOW: &str = "flow.toml";
const DIALOGUES: &str = "dialogues";

pub(super) struct Source {
    pub(super) file: PathBuf,
    pub(super) kind: Kind,
}

pub(super) enum Kind {
    Script {
        script: Box<Script>,
        /// As it is written.
        text: String,
        /// Who holds its conversations in its place.
        through: Option<Box<BotFile>>,
    },
    Component(Box<BotFile>),
}

impl Source {
    /// # Errors
    /// With what to tell whoever named it.
    pub(super) fn load(path: &Path) -> Result<Self, String> {
        let file = if path.is_dir() { path.join(FLOW) } else { path.to_owned() };
        let name = file.display().to_string();
        if file.extension().is_some_and(|extension| extension == "wasm") {
            let bot = BotFile::load(&file).map_err(|error| format!("{name}: {error:#}"))?;
            return Ok(Source { file, kind: Kind::Component(Box::new(bot)) });
        }
        let text =
            std::fs::read_to_string(&file).map_err(|error| format!("{name}: cannot be read: {error}"))?;
        let script = Script::read(&name, &text).map_err(|trouble| trouble.to_string())?;
        Ok(Source { file, kind: Kind::Script { script: Box::new(script), text, through: None } })
    }

    /// The flow, held by a component as in a center.
    ///
    /// # Errors
    /// With what to tell whoever named it.
    pub(super) fn through(mut self, bot: &Path) -> Result<Self, String> {
        let Kind::Script { through, .. } = &mut self.kind else {
            return Err(format!("{}: only a flow file is held by another component", self.file.display()));
        };
        let bot = BotFile::load(bot).map_err(|error| format!("{}: {error:#}", bot.display()))?;
        *through = Some(Box::new(bot));
        Ok(self)
    }

    /// The component that holds the conversations, if it is one.
    pub(super) fn component(&self) -> Option<&BotFile> {
        match &self.kind {
            Kind::Script { through, .. } => through.as_deref(),
            Kind::Component(bot) => Some(bot),
        }
    }

    pub(super) fn dialogues(&self) -> PathBuf {
        self.file.parent().unwrap_or(Path::new("")).join(DIALOGUES)
    }

    pub(super) fn step(&self, event: Event, context: &Context) -> Turn {
        match &self.kind {
            Kind::Script { through: Some(bot), .. } | Kind::Component(bot) => bot.step(event, context),
            Kind::Script { script, .. } => script::step(script, event, context),
        }
    }

    /// The language that it speaks where nobody says which; empty for a component.
    pub(super) fn locale(&self) -> &str {
        match &self.kind {
            Kind::Script { script, .. } => {
                script.file.flow.locales.first().map(String::as_str).unwrap_or_default()
            }
            Kind::Component(_) => "",
        }
    }

    /// # Errors
    /// Of a component nobody can tell its states.
    pub(super) fn graph(&self) -> Result<Graph, String> {
        let name = self.file.display().to_string();
        match &self.kind {
            Kind::Script { script, text, .. } => {
                Ok(diagram::graph(&script.file, &written::Text::new(&name, text)))
            }
            Kind::Component(_) => Err(format!("{name}: only a flow file has states that can be seen")),
        }
    }

    /// Gives the player what the flow says that it needs.
    pub(super) fn prepare(&self, player: &mut Player<'_>) {
        let name = self.file.parent().and_then(Path::file_name).unwrap_or_default();
        player.context.flow.name = name.to_string_lossy().into_owned();
        if let Kind::Script { script, text, through } = &self.kind {
            if through.is_some() {
                player.context.flow.source.clone_from(text);
            }
            self.locale().clone_into(&mut player.context.locale);
            player.grants.systems.extend(script.file.flow.systems.iter().cloned());
            player.grants.secrets.extend(script.secrets());
        }
    }
}
