//! What a message can tell besides what somebody wrote: that a member came, that a topic was closed, that
//! somebody paid.

use channel::json::Node;

/// The members of service messages. Where several stand together, the first one names them all.
const NAMES: [&str; 58] = [
    "new_chat_members",
    "left_chat_member",
    "chat_owner_left",
    "chat_owner_changed",
    "new_chat_title",
    "new_chat_photo",
    "delete_chat_photo",
    "group_chat_created",
    "supergroup_chat_created",
    "channel_chat_created",
    "message_auto_delete_timer_changed",
    "migrate_to_chat_id",
    "migrate_from_chat_id",
    "pinned_message",
    "successful_payment",
    "refunded_payment",
    "users_shared",
    "user_shared",
    "chat_shared",
    "gift",
    "unique_gift",
    "gift_upgrade_sent",
    "connected_website",
    "write_access_allowed",
    "passport_data",
    "proximity_alert_triggered",
    "boost_added",
    "chat_background_set",
    "checklist_tasks_done",
    "checklist_tasks_added",
    "direct_message_price_changed",
    "paid_message_price_changed",
    "forum_topic_created",
    "forum_topic_edited",
    "forum_topic_closed",
    "forum_topic_reopened",
    "general_forum_topic_hidden",
    "general_forum_topic_unhidden",
    "giveaway_created",
    "giveaway_winners",
    "giveaway_completed",
    "managed_bot_created",
    "poll_option_added",
    "poll_option_deleted",
    "suggested_post_approved",
    "suggested_post_approval_failed",
    "suggested_post_declined",
    "suggested_post_paid",
    "suggested_post_refunded",
    "video_chat_scheduled",
    "video_chat_started",
    "video_chat_ended",
    "video_chat_participants_invited",
    "voice_chat_scheduled",
    "voice_chat_started",
    "voice_chat_ended",
    "voice_chat_participants_invited",
    "web_app_data",
];

/// Members that say something about a message and are not what it is. Those of long ago are among them,
/// since they come beside their successors.
const CIRCUMSTANCES: [&str; 49] = [
    "message_id",
    "message_thread_id",
    "direct_messages_topic",
    "from",
    "sender_chat",
    "sender_boost_count",
    "sender_business_bot",
    "sender_tag",
    "date",
    "edit_date",
    "business_connection_id",
    "guest_query_id",
    "guest_bot_caller_user",
    "guest_bot_caller_chat",
    "chat",
    "forward_origin",
    "forward_from",
    "forward_from_chat",
    "forward_from_message_id",
    "forward_signature",
    "forward_sender_name",
    "forward_date",
    "is_topic_message",
    "is_automatic_forward",
    "reply_to_message",
    "external_reply",
    "quote",
    "reply_to_story",
    "reply_to_checklist_task_id",
    "reply_to_poll_option_id",
    "via_bot",
    "has_protected_content",
    "is_from_offline",
    "is_paid_post",
    "media_group_id",
    "author_signature",
    "paid_star_count",
    "entities",
    "link_preview_options",
    "suggested_post_info",
    "effect_id",
    "caption",
    "caption_entities",
    "show_caption_above_media",
    "has_media_spoiler",
    "reply_markup",
    "new_chat_participant",
    "new_chat_member",
    "left_chat_participant",
];

/// What a message that holds nothing written tells: a known member, or one that is new to us.
pub(crate) fn name(message: &Node<'_>) -> String {
    let known = NAMES.into_iter().find(|name| message.get(name).is_some()).map(str::to_owned);
    let strange = || {
        let members = message.value().as_object()?;
        members.keys().find(|name| !CIRCUMSTANCES.contains(&name.as_str())).cloned()
    };
    known.or_else(strange).unwrap_or_else(|| "unknown".to_owned())
}

/// Whether it comes from the contact, though Telegram words it as a notice: a form that they filled in, a
/// payment. An agent has to see to it.
pub(crate) fn is_from_contact(name: &str) -> bool {
    ["web_app_data", "successful_payment", "users_shared", "user_shared", "chat_shared", "passport_data"]
        .contains(&name)
}
