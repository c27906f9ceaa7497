//! What Instagram's direct messages and comments can carry, and the translation in both directions.

use crate::{comment, health::Accounts};
use channel::{
    check_up::CheckUps,
    codec::{Codec, Handshake},
    discussion::Discussion,
    event::InboundEvent,
    files::{Files, Location},
    json::{self, Node},
    malformed::Malformed,
    outbound::{Answer, Outbound, Outcome, ProviderRequest},
    received::{Received, Settings},
    renewal::Renewals,
    signature::Signature,
};
use domain::{
    channel::{CapacityKind, ChannelProfile},
    comment::{Deed, Moderation, Post},
    message::{Attachment, DeliveryError},
    rate::Rates,
    reason::Reason,
};
use meta::{
    answer::{self, CONVERSING},
    envelope,
    graph::Graph,
    handover, moderate,
    network::{Network, TextLimit},
    send::{self, HUMAN_WINDOW, QUICK_REPLIES_MAX, TITLE_MAX, WINDOW},
    verify,
};

pub const NAME: &str = "instagram";

/// The scheme of Instagram-scoped ids: the same person has another one for each account.
pub const IGSID: &str = "igsid";

/// In bytes.
const TEXT_MAX: usize = 1000;
const COMMENT_MAX: usize = 300;

pub(crate) const NETWORK: Network = Network {
    channel: NAME,
    object: "instagram",
    scheme: IGSID,
    text: TextLimit::Bytes(TEXT_MAX),
    answers: "replies",
    answer_max: COMMENT_MAX,
    metadata: false,
    platform: Some("instagram"),
};

/// A professional account of Instagram.
pub struct Instagram;

impl Codec for Instagram {
    fn profile(&self) -> ChannelProfile {
        ChannelProfile {
            name: NAME.to_owned(),
            capacity: CapacityKind::Chat,
            text_max: TEXT_MAX,
            buttons_max: QUICK_REPLIES_MAX,
            button_title_max: TITLE_MAX,
            list_rows_max: 0,
            list_title_max: 0,
            window: Some(WINDOW),
            human_window: Some(HUMAN_WINDOW),
            receipts: true,
            typing: false,
            media: ["image/png", "image/jpeg", "audio/*", "video/*", "application/pdf"]
                .map(str::to_owned)
                .to_vec(),
            media_bytes_max: 25 * 1000 * 1000,
            rates: Rates::default(),
            templates: false,
        }
    }

    fn comments(&self) -> Option<ChannelProfile> {
        Some(ChannelProfile {
            capacity: CapacityKind::Post,
            text_max: COMMENT_MAX,
            buttons_max: 0,
            button_title_max: 0,
            window: None,
            human_window: None,
            receipts: false,
            media: vec![],
            ..self.profile()
        })
    }

    fn verify(&self, received: &Received, settings: &Settings) -> Signature {
        verify::verify(received, settings)
    }

    fn decode(
        &self,
        received: &Received,
        _settings: &Settings,
    ) -> Result<Vec<Result<InboundEvent, Malformed>>, Malformed> {
        envelope::decode(received, &NETWORK, comment::read)
    }

    fn handshake(&self, received: &Received, settings: &Settings) -> Option<Handshake> {
        verify::handshake(received, settings)
    }

    fn encode(&self, message: &Outbound, settings: &Settings) -> Result<Vec<ProviderRequest>, DeliveryError> {
        send::encode(&NETWORK, &self.profile(), &graph(settings)?, message)
    }

    fn remedy(&self, refusal: &Answer, message: &Outbound, settings: &Settings) -> Option<ProviderRequest> {
        handover::remedy(&graph(settings).ok()?, refusal, message, settings, NETWORK.scheme)
    }

    fn interpret(&self, answer: &Answer) -> Outcome {
        answer::interpret(answer, &CONVERSING)
    }

    fn reason(&self, error: &DeliveryError, _settings: &Settings) -> Option<Reason> {
        answer::reason(error)
    }

    fn discussion(&self) -> Option<&dyn Discussion> {
        Some(&AccountComments)
    }

    fn check_ups(&self) -> Option<&dyn CheckUps> {
        Some(&Accounts)
    }

    fn renewals(&self) -> Option<&dyn Renewals> {
        Some(&Accounts)
    }

    fn files(&self) -> Option<&dyn Files> {
        Some(&AccountFiles)
    }
}

/// An account that was connected by a login at Instagram has another host, and a token for that one.
pub(crate) fn graph(settings: &Settings) -> Result<Graph<'_>, DeliveryError> {
    match settings.get("login") {
        Some("instagram") => {
            Graph::at(settings, settings.get("instagram_base_url").unwrap_or("https://graph.instagram.com"))
        }
        _ => Graph::of(settings),
    }
}

/// A file of a message is at Meta's content network, for hours. One of ours is uploaded and sent by its
/// id.
struct AccountFiles;

impl Files for AccountFiles {
    fn at_hand(&self, file: &Attachment, settings: &Settings) -> Option<Location> {
        graph(settings).ok()?.at_hand(file)
    }

    fn upload(
        &self,
        file: &Attachment,
        bytes: &[u8],
        settings: &Settings,
    ) -> Option<Result<ProviderRequest, DeliveryError>> {
        Some(graph(settings).map(|graph| send::upload(&NETWORK, &graph, file, bytes)))
    }

    fn uploaded(&self, body: &[u8]) -> Option<String> {
        Node::root(&json::parse(body).ok()?).text("attachment_id")
    }
}

/// What an account can do about comments. Instagram lets nobody like by its API.
struct AccountComments;

impl Discussion for AccountComments {
    fn moderation(&self) -> Moderation {
        let deeds = vec![Deed::Hide, Deed::Show, Deed::Delete];
        Moderation { deeds, private_answer: Some(moderate::PRIVATE_ANSWER) }
    }

    fn moderate(
        &self,
        deed: Deed,
        comment: &str,
        settings: &Settings,
    ) -> Result<ProviderRequest, DeliveryError> {
        moderate::moderate(&graph(settings)?, "hide", deed, comment)
    }

    fn look_up(&self, post: &str, settings: &Settings) -> Result<ProviderRequest, DeliveryError> {
        let fields = ["permalink", "caption", "media_type", "thumbnail_url", "media_url"];
        moderate::look_up(&graph(settings)?, post, &fields)
    }

    fn post(&self, body: &[u8]) -> Option<Post> {
        // Of a film, its still picture.
        let document = json::parse(body).ok()?;
        let is_film = Node::root(&document).text("media_type").as_deref() == Some("VIDEO");
        let pictures: &[&str] = if is_film { &["thumbnail_url"] } else { &["thumbnail_url", "media_url"] };
        moderate::post(body, "permalink", &["caption"], pictures)
    }
}
