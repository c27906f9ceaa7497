//! The agent's desk: my work, the open conversation, the customer.

use crate::desk::Desk;
use crate::icon::{self, icon};
use crate::screen::conversation::Conversation;
use crate::screen::customer::Customer;
use crate::screen::history::History;
use crate::screen::work_list::WorkList;
use leptos::prelude::*;

#[component]
pub(crate) fn WorkScreen() -> impl IntoView {
    let desk = Desk::of_context();
    let words = desk.words();
    let idle = Memo::new(move |_| desk.work.with(|work| work.interactions.is_empty()));
    let open =
        Memo::new(move |_| desk.work.with(|work| work.current().map(|interaction| interaction.id.clone())));
    let contact = Memo::new(move |_| {
        desk.work.with(|work| work.current().map(|interaction| interaction.contact.clone()))
    });
    let interaction = Memo::new(move |_| desk.work.with(|work| work.current().cloned()));
    let contact_id =
        Memo::new(move |_| contact.with(|contact| contact.as_ref().map(|contact| contact.id.clone())));
    view! {
        <section class="column work" aria-label=words.my_work><WorkList/></section>
        <main class="column conversation" aria-label=words.conversation>
            {move || match open.get() {
                Some(id) => view! { <Conversation id/> }.into_any(),
                None => view! {
                    <div class="empty">
                        {icon(icon::WORK)}
                        <h2>{move || if idle.get() { words.nothing_yet_title } else { words.choose_title }}</h2>
                        <p>{move || if idle.get() { words.nothing_yet } else { words.choose }}</p>
                    </div>
                }.into_any(),
            }}
        </main>
        <aside class="column customer" aria-label=words.customer>
            {move || match contact_id.get() {
                Some(id) => view! {
                    <Customer contact=Signal::derive(move || contact.get())
                        interaction=Signal::derive(move || interaction.get())/>
                    <History contact_id=id/>
                }.into_any(),
                None => view! {
                    <div class="empty">{icon(icon::PERSON)}<p>{words.no_customer}</p></div>
                }.into_any(),
            }}
        </aside>
    }
}
