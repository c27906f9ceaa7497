//! The three ways in which a contact meets a flow: buttons, plain text, and the phone.

use crate::step::{Channel, Menu, MenuOption};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rendering {
    /// A chat with buttons and lists, e.g. a web chat.
    Buttons,
    /// A chat without: a menu is numbered text.
    Text,
    /// Heard and spoken, with keys.
    Phone,
}

impl Rendering {
    pub const ALL: [Rendering; 3] = [Rendering::Buttons, Rendering::Text, Rendering::Phone];

    pub fn as_str(self) -> &'static str {
        match self {
            Rendering::Buttons => "buttons",
            Rendering::Text => "text",
            Rendering::Phone => "phone",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rendering| rendering.as_str() == text)
    }

    /// What the bot is told of such a channel.
    pub fn channel(self) -> Channel {
        let chat = Channel {
            name: self.as_str().to_owned(),
            spoken: false,
            buttons_max: 0,
            list_max: 0,
            text_max: 4096,
            files: true,
        };
        match self {
            Rendering::Buttons => Channel { buttons_max: 3, list_max: 10, ..chat },
            Rendering::Text => chat,
            Rendering::Phone => Channel { spoken: true, files: false, ..chat },
        }
    }

    /// How long a contact is waited for where the bot does not say: who is silent on the phone for some
    /// seconds did not understand; who writes may be at work.
    pub fn patience_ms(self) -> u32 {
        match self {
            Rendering::Phone => 7_000,
            Rendering::Buttons | Rendering::Text => 30 * 60 * 1000,
        }
    }

    /// How a menu is shown, line by line.
    pub fn menu(self, menu: &Menu, locale: &str) -> Vec<String> {
        let text = menu.prompt.text.clone();
        let options = || menu.options.iter().enumerate();
        match self {
            Rendering::Buttons => {
                let buttons: Vec<_> =
                    options().map(|(place, option)| format!("[{}] {}", place + 1, option.title)).collect();
                vec![text, buttons.join("   ")]
            }
            Rendering::Text => {
                let lines = options().map(|(place, option)| format!("{}. {}", place + 1, option.title));
                std::iter::once(text).chain(lines).collect()
            }
            Rendering::Phone => vec![spoken(menu, locale)],
        }
    }
}

/// The key of the option at `place`, counted from 0. Options that name no key have their place's, and the
/// tenth has 0.
pub fn key(option: &MenuOption, place: usize) -> String {
    option.key.clone().unwrap_or_else(|| ((place + 1) % 10).to_string())
}

/// The option that a key of the phone means.
pub fn pressed<'m>(menu: &'m Menu, keys: &str) -> Option<&'m MenuOption> {
    menu.options
        .iter()
        .enumerate()
        .find(|(place, option)| key(option, *place) == keys)
        .map(|(_, option)| option)
}

/// A menu as it is said: the question, and each option with its key behind it, since who listens forgets a
/// number that comes first.
pub fn spoken(menu: &Menu, locale: &str) -> String {
    let language = locale.split(['-', '_']).next().unwrap_or_default();
    let options = menu.options.iter().enumerate().map(|(place, option)| {
        let title = option.spoken.as_deref().unwrap_or(&option.title);
        let key = match (language, key(option, place).as_str()) {
            ("en", "*") => "star".to_owned(),
            ("en", "#") => "pound".to_owned(),
            ("pt", "*") => "asterisco".to_owned(),
            ("pt", "#") => "jogo da velha".to_owned(),
            (_, "*") => "asterisco".to_owned(),
            (_, "#") => "almohadilla".to_owned(),
            (_, key) => key.to_owned(),
        };
        match language {
            "en" => format!("For {title}, press {key}."),
            "pt" => format!("Para {title}, tecle {key}."),
            _ => format!("Para {title}, pulse {key}."),
        }
    });
    std::iter::once(menu.prompt.text.clone()).chain(options).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn menu() -> Menu {
        let option = |id: &str, title: &str, key: Option<&str>, spoken: Option<&str>| MenuOption {
            id: id.into(),
            title: title.into(),
            key: key.map(str::to_owned),
            spoken: spoken.map(str::to_owned),
        };
        let options = vec![
            option("order", "Mi pedido", None, Some("saber de su pedido")),
            option("person", "Una persona", Some("0"), None),
            option("again", "Repetir", Some("*"), None),
        ];
        Menu { prompt: "¿Qué necesita?".into(), options, patience_ms: None }
    }

    #[test]
    fn a_menu_is_shown_as_the_channel_can() {
        let menu = menu();
        let shown = |rendering: Rendering| rendering.menu(&menu, "es").join("|");
        assert_eq!(shown(Rendering::Buttons), "¿Qué necesita?|[1] Mi pedido   [2] Una persona   [3] Repetir");
        assert_eq!(shown(Rendering::Text), "¿Qué necesita?|1. Mi pedido|2. Una persona|3. Repetir");
        let said = "¿Qué necesita? Para saber de su pedido, pulse 1. Para Una persona, pulse 0. \
                    Para Repetir, pulse asterisco.";
        assert_eq!(shown(Rendering::Phone), said);
    }

    #[test]
    fn a_key_means_the_option_that_names_it_or_has_its_place() {
        let menu = menu();
        let id = |keys: &str| pressed(&menu, keys).map(|option| option.id.as_str());
        for (keys, expected) in
            [("1", Some("order")), ("0", Some("person")), ("*", Some("again")), ("2", None), ("11", None)]
        {
            assert_eq!(id(keys), expected, "{keys}");
        }
    }
}
