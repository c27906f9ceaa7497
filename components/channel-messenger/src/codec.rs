//! What Messenger and a page's comments can carry, and the translation in both directions.

use crate::{feed, health::Pages};
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

pub const NAME: &str = "messenger";

/// The scheme of page-scoped ids: the same person has another one at each page.
pub const PSID: &str = "psid";

const TEXT_MAX: usize = 2000;
const COMMENT_MAX: usize = 8000;

pub(crate) const NETWORK: Network = Network {
    channel: NAME,
    object: "page",
    scheme: PSID,
    text: TextLimit::Characters(TEXT_MAX),
    answers: "comments",
    answer_max: COMMENT_MAX,
    metadata: true,
    platform: None,
};

/// A Facebook page: its inbox and its comments.
pub struct Messenger;

impl Codec for Messenger {
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
            media: ["image/*", "audio/*", "video/*", "text/*", "application/*"].map(str::to_owned).to_vec(),
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
        envelope::decode(received, &NETWORK, feed::read)
    }

    fn handshake(&self, received: &Received, settings: &Settings) -> Option<Handshake> {
        verify::handshake(received, settings)
    }

    fn encode(&self, message: &Outbound, settings: &Settings) -> Result<Vec<ProviderRequest>, DeliveryError> {
        send::encode(&NETWORK, &self.profile(), &Graph::of(settings)?, message)
    }

    fn remedy(&self, refusal: &Answer, message: &Outbound, settings: &Settings) -> Option<ProviderRequest> {
        handover::remedy(&Graph::of(settings).ok()?, refusal, message, settings, NETWORK.scheme)
    }

    fn interpret(&self, answer: &Answer) -> Outcome {
        answer::interpret(answer, &CONVERSING)
    }

    fn reason(&self, error: &DeliveryError, _settings: &Settings) -> Option<Reason> {
        answer::reason(error)
    }

    fn discussion(&self) -> Option<&dyn Discussion> {
        Some(&PageComments)
    }

    fn check_ups(&self) -> Option<&dyn CheckUps> {
        Some(&Pages)
    }

    fn files(&self) -> Option<&dyn Files> {
        Some(&PageFiles)
    }
}

/// A file of a message is at Meta's content network, for hours. One of ours is uploaded and sent by its
/// id.
struct PageFiles;

impl Files for PageFiles {
    fn at_hand(&self, file: &Attachment, settings: &Settings) -> Option<Location> {
        Graph::of(settings).ok()?.at_hand(file)
    }

    fn upload(
        &self,
        file: &Attachment,
        bytes: &[u8],
        settings: &Settings,
    ) -> Option<Result<ProviderRequest, DeliveryError>> {
        Some(Graph::of(settings).map(|graph| send::upload(&NETWORK, &graph, file, bytes)))
    }

    fn uploaded(&self, body: &[u8]) -> Option<String> {
        Node::root(&json::parse(body).ok()?).text("attachment_id")
    }
}

/// What a page can do about comments.
struct PageComments;

impl Discussion for PageComments {
    fn moderation(&self) -> Moderation {
        let deeds = vec![Deed::Hide, Deed::Show, Deed::Like, Deed::Unlike, Deed::Delete];
        Moderation { deeds, private_answer: Some(moderate::PRIVATE_ANSWER) }
    }

    fn moderate(
        &self,
        deed: Deed,
        comment: &str,
        settings: &Settings,
    ) -> Result<ProviderRequest, DeliveryError> {
        moderate::moderate(&Graph::of(settings)?, "is_hidden", deed, comment)
    }

    fn look_up(&self, post: &str, settings: &Settings) -> Result<ProviderRequest, DeliveryError> {
        let fields = ["permalink_url", "message", "story", "full_picture"];
        moderate::look_up(&Graph::of(settings)?, post, &fields)
    }

    fn post(&self, body: &[u8]) -> Option<Post> {
        moderate::post(body, "permalink_url", &["message", "story"], &["full_picture"])
    }
}
