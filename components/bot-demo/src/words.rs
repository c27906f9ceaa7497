//! What Lumi says, in Spanish, English and Portuguese. Titles of options have at most 20 characters,
//! which is what a button holds.

use crate::conversation::Order;

pub struct Words {
    pub hello: fn(Option<&str>) -> String,
    pub what: &'static str,
    pub what_else: &'static str,
    pub choose_again: &'static str,
    pub order: &'static str,
    pub hours: &'static str,
    pub person: &'static str,
    pub done: &'static str,
    pub goodbye: &'static str,
    pub silence: &'static str,
    pub which_order: &'static str,
    pub which_order_again: &'static str,
    pub order_is: fn(&str, &Order) -> String,
    pub no_such_order: fn(&str) -> String,
    pub shop_is_down: &'static str,
    pub our_hours: fn(bool) -> String,
    pub not_understood: &'static str,
    pub yes: &'static str,
    pub no: &'static str,
    pub which_area: &'static str,
    pub sales: &'static str,
    pub support: &'static str,
    pub billing: &'static str,
    pub tell_me: &'static str,
    pub which_phone: &'static str,
    pub handing_over: &'static str,
    pub handing_over_closed: &'static str,
}

/// The words of a language, Spanish where it is not spoken here.
pub fn of(language: &str) -> &'static Words {
    match language {
        "en" => &ENGLISH,
        "pt" => &PORTUGUESE,
        _ => &SPANISH,
    }
}

const SPANISH: Words = Words {
    hello: |name| match name {
        Some(name) => format!("¡Hola, {name}! Soy Lumi, el asistente de Casa Lumen."),
        None => "¡Hola! Soy Lumi, el asistente de Casa Lumen.".to_owned(),
    },
    what: "¿En qué te puedo ayudar?",
    what_else: "¿Te ayudo con algo más?",
    choose_again: "Perdona, no te he entendido. Elige una opción, por favor:",
    order: "Mi pedido",
    hours: "Horario",
    person: "Hablar con alguien",
    done: "Nada más, gracias",
    goodbye: "Gracias a ti. ¡Que tengas un buen día!",
    silence: "Como no he recibido respuesta, cierro la conversación. Escríbenos cuando quieras.",
    which_order: "¿Cuál es el número de tu pedido? Está en el correo de confirmación, por ejemplo 1042.",
    which_order_again: "No he visto ningún número de pedido. Son solo cifras, por ejemplo 1042:",
    order_is: |number, order| {
        let state = match order.state.as_str() {
            "preparing" => "se está preparando",
            "shipped" => "está en camino",
            "delivered" => "está entregado",
            "cancelled" => "está cancelado",
            _ => "está en curso",
        };
        let carrier = order.carrier.as_ref().map(|name| format!(" con {name}")).unwrap_or_default();
        let eta = order.eta.as_ref().map(|day| format!(" Llegada prevista: {}.", day_month(day)));
        format!("Tu pedido {number} {state}{carrier}.{}", eta.unwrap_or_default())
    },
    no_such_order: |number| {
        format!("No encuentro el pedido {number}. Revisa el número o habla con una persona del equipo.")
    },
    shop_is_down: "Ahora mismo no puedo consultar los pedidos. Inténtalo en unos minutos o habla con una persona del equipo.",
    our_hours: |open| {
        let now = if open { "Ahora mismo estamos atendiendo." } else { "Ahora mismo está cerrado." };
        format!("Atendemos de lunes a viernes de 9 a 19 h y los sábados de 10 a 14 h. {now}")
    },
    not_understood: "Lo siento, no consigo entenderte. ¿Prefieres hablar con una persona?",
    yes: "Sí, por favor",
    no: "No, gracias",
    which_area: "Claro. ¿Sobre qué es? Elige o escríbelo con tus palabras:",
    sales: "Quiero comprar",
    support: "Pedido o producto",
    billing: "Facturas y pagos",
    tell_me: "Cuéntamelo en una frase, así no tendrás que repetirlo:",
    which_phone: "¿A qué teléfono te llamamos si se corta? Si prefieres no darlo, escribe «no».",
    handing_over: "Gracias. Te paso con una persona del equipo; enseguida te contesta.",
    handing_over_closed: "Gracias. Ahora está cerrado, pero una persona del equipo leerá esto en cuanto abramos.",
};

const ENGLISH: Words = Words {
    hello: |name| match name {
        Some(name) => format!("Hello, {name}! I'm Lumi, Casa Lumen's assistant."),
        None => "Hello! I'm Lumi, Casa Lumen's assistant.".to_owned(),
    },
    what: "How can I help you?",
    what_else: "Is there anything else I can do?",
    choose_again: "Sorry, I didn't get that. Please choose an option:",
    order: "My order",
    hours: "Opening hours",
    person: "Talk to a person",
    done: "That's all, thanks",
    goodbye: "Thank you, and have a good day!",
    silence: "As I haven't heard from you, I'll close this conversation. Write to us any time.",
    which_order: "What is your order number? It is in the confirmation e-mail, for example 1042.",
    which_order_again: "I didn't see an order number. It has only digits, for example 1042:",
    order_is: |number, order| {
        let state = match order.state.as_str() {
            "preparing" => "is being prepared",
            "shipped" => "is on its way",
            "delivered" => "has been delivered",
            "cancelled" => "has been cancelled",
            _ => "is in progress",
        };
        let carrier = order.carrier.as_ref().map(|name| format!(" with {name}")).unwrap_or_default();
        let eta = order.eta.as_ref().map(|day| format!(" Expected: {}.", day_month(day)));
        format!("Your order {number} {state}{carrier}.{}", eta.unwrap_or_default())
    },
    no_such_order: |number| {
        format!("I can't find order {number}. Please check the number, or talk to one of our team.")
    },
    shop_is_down: "I can't look up orders right now. Please try again in a few minutes, or talk to one of our team.",
    our_hours: |open| {
        let now = if open { "We are open now." } else { "We are closed now." };
        format!("We are here Monday to Friday from 9 to 19 and Saturday from 10 to 14. {now}")
    },
    not_understood: "I'm sorry, I don't understand. Would you rather talk to a person?",
    yes: "Yes, please",
    no: "No, thanks",
    which_area: "Of course. What is it about? Choose, or put it in your own words:",
    sales: "I want to buy",
    support: "Order or product",
    billing: "Invoices, payments",
    tell_me: "Tell me in one sentence, so that you won't have to repeat it:",
    which_phone: "Which number may we call if we get cut off? If you'd rather not say, write “no”.",
    handing_over: "Thank you. I'm passing you to one of our team, who will answer in a moment.",
    handing_over_closed: "Thank you. We are closed now; one of our team will read this as soon as we open.",
};

const PORTUGUESE: Words = Words {
    hello: |name| match name {
        Some(name) => format!("Olá, {name}! Sou a Lumi, a assistente da Casa Lumen."),
        None => "Olá! Sou a Lumi, a assistente da Casa Lumen.".to_owned(),
    },
    what: "Como posso ajudar?",
    what_else: "Posso ajudar em mais alguma coisa?",
    choose_again: "Desculpe, não entendi. Escolha uma opção, por favor:",
    order: "Meu pedido",
    hours: "Horário",
    person: "Falar com alguém",
    done: "Só isso, obrigado",
    goodbye: "Obrigada e tenha um bom dia!",
    silence: "Como não tive resposta, vou encerrar a conversa. Escreva quando quiser.",
    which_order: "Qual é o número do seu pedido? Está no e-mail de confirmação, por exemplo 1042.",
    which_order_again: "Não vi nenhum número de pedido. São só dígitos, por exemplo 1042:",
    order_is: |number, order| {
        let state = match order.state.as_str() {
            "preparing" => "está sendo preparado",
            "shipped" => "está a caminho",
            "delivered" => "foi entregue",
            "cancelled" => "foi cancelado",
            _ => "está em andamento",
        };
        let carrier = order.carrier.as_ref().map(|name| format!(" com {name}")).unwrap_or_default();
        let eta = order.eta.as_ref().map(|day| format!(" Chegada prevista: {}.", day_month(day)));
        format!("O seu pedido {number} {state}{carrier}.{}", eta.unwrap_or_default())
    },
    no_such_order: |number| {
        format!("Não encontro o pedido {number}. Confira o número ou fale com uma pessoa da equipe.")
    },
    shop_is_down: "Neste momento não consigo consultar os pedidos. Tente daqui a alguns minutos ou fale com uma pessoa da equipe.",
    our_hours: |open| {
        let now = if open { "Agora estamos atendendo." } else { "Agora estamos fechados." };
        format!("Atendemos de segunda a sexta das 9 às 19 h e aos sábados das 10 às 14 h. {now}")
    },
    not_understood: "Desculpe, não consigo entender. Prefere falar com uma pessoa?",
    yes: "Sim, por favor",
    no: "Não, obrigado",
    which_area: "Claro. Sobre o que é? Escolha ou escreva com as suas palavras:",
    sales: "Quero comprar",
    support: "Pedido ou produto",
    billing: "Faturas, pagamentos",
    tell_me: "Conte em uma frase, assim não precisa repetir:",
    which_phone: "Para que telefone ligamos se a conversa cair? Se preferir não dar, escreva «não».",
    handing_over: "Obrigada. Vou passar você para uma pessoa da equipe, que já responde.",
    handing_over_closed: "Obrigada. Agora estamos fechados; uma pessoa da equipe vai ler isto assim que abrirmos.",
};

/// `2026-11-25` as `25/11`, which all three languages read alike; anything else as it is.
fn day_month(date: &str) -> String {
    match date.split('-').collect::<Vec<_>>().as_slice() {
        [_, month, day] => format!("{day}/{month}"),
        _ => date.to_owned(),
    }
}
