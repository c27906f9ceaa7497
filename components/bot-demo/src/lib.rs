//! The bot of Casa Lumen, the demo's lamp shop: order status, opening hours, and people.
//!
//! [`conversation`] is what it does and [`words`] what it says, in each language.

pub mod conversation;
pub mod words;

bot::export!(conversation::Lumi);
