//! Every word the desk says, in its three languages side by side: a missing one does not compile.
//!
//! Spanish comes first and is what an unknown language gets. `{}` stands for one value, see [`fill`].
//! The words are the agents' own; what the business calls its queues and outcomes comes from the
//! server.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    Spanish,
    English,
    Portuguese,
}

impl Language {
    pub const ALL: [Language; 3] = [Language::Spanish, Language::English, Language::Portuguese];

    /// From a tag of BCP 47: `es-MX`, `pt-BR`. `None` for a language we do not speak.
    pub fn from_tag(tag: &str) -> Option<Language> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        Language::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(primary))
    }

    /// The first of the browser's languages that we speak.
    pub fn preferred<'a>(tags: impl IntoIterator<Item = &'a str>) -> Language {
        tags.into_iter().find_map(Language::from_tag).unwrap_or(Language::Spanish)
    }

    pub fn tag(self) -> &'static str {
        match self {
            Language::Spanish => "es",
            Language::English => "en",
            Language::Portuguese => "pt",
        }
    }

    /// As its speakers call it.
    pub fn own_name(self) -> &'static str {
        match self {
            Language::Spanish => "Español",
            Language::English => "English",
            Language::Portuguese => "Português",
        }
    }

    pub fn words(self) -> &'static Words {
        Words::of(self)
    }

    /// What is said of flows.
    pub fn flow_words(self) -> &'static FlowWords {
        FlowWords::of(self)
    }

    pub fn label(self, labels: &api::queue::Labels) -> String {
        match self {
            Language::Spanish => labels.es.clone(),
            Language::English => labels.en.clone(),
            Language::Portuguese => labels.pt.clone(),
        }
    }
}

/// Puts `value` where the text says `{}`.
pub fn fill(text: &str, value: impl std::fmt::Display) -> String {
    text.replacen("{}", &value.to_string(), 1)
}

impl Words {
    /// Why a message did not arrive, and what to do about it.
    pub fn why(&self, reason: api::message::Reason) -> &'static str {
        use api::message::Reason;
        match reason {
            Reason::OptedOut => self.why_opted_out,
            Reason::NoAdvertising => self.why_no_advertising,
            Reason::Blocked => self.why_blocked,
            Reason::WindowClosed => self.why_window_closed,
            Reason::NoSuchPerson => self.why_no_such_person,
            Reason::Unreachable => self.why_unreachable,
            Reason::Gone => self.why_gone,
            Reason::AnswerSpent => self.why_answer_spent,
            Reason::BadMessage => self.why_bad_message,
            Reason::BadFile => self.why_bad_file,
            Reason::BadTemplate => self.why_bad_template,
            Reason::HeldElsewhere => self.why_held_elsewhere,
            Reason::TakenForSpam => self.why_taken_for_spam,
            Reason::TooMany => self.why_too_many,
            Reason::TooManyToThem => self.why_too_many_to_them,
            Reason::AccountRefused => self.why_account_refused,
            Reason::ProviderTrouble => self.why_provider_trouble,
            Reason::NoAnswer => self.why_no_answer,
        }
    }

    /// Why an offer rings at me, for the codes of our own rules. A business's own policy gives its own words.
    pub fn why_me(&self, code: &str) -> Option<&'static str> {
        Some(match code {
            "longest_idle" => self.longest_idle,
            "oldest_finish" => self.oldest_finish,
            "fewest" => self.fewest,
            "least_talk" => self.least_talk,
            "round_robin" | "linear" => self.next_in_turn,
            "rank" => self.by_rank,
            "random" => self.drawn,
            "best_skill" => self.best_skill,
            "ring_all" | "ring_progressively" => self.rings_at_several,
            "preferred" => self.knows_customer,
            _ => return None,
        })
    }
}

macro_rules! words {
    ($words:ident; $($name:ident: $es:literal, $en:literal, $pt:literal;)*) => {
        #[derive(Debug, PartialEq, Eq)]
        pub struct $words {
            $(pub $name: &'static str,)*
        }

        impl $words {
            pub(super) fn of(language: Language) -> &'static Self {
                static SPANISH: $words = $words { $($name: $es,)* };
                static ENGLISH: $words = $words { $($name: $en,)* };
                static PORTUGUESE: $words = $words { $($name: $pt,)* };
                match language {
                    Language::Spanish => &SPANISH,
                    Language::English => &ENGLISH,
                    Language::Portuguese => &PORTUGUESE,
                }
            }

            #[cfg(test)]
            pub(super) const ROWS: &[(&str, [&str; 3])] = &[$((stringify!($name), [$es, $en, $pt]),)*];
        }
    };
}

mod flow;

pub use flow::FlowWords;

words! {
    Words;
    // Log in
    log_in: "Entrar", "Log in", "Entrar";
    logging_in: "Entrando…", "Logging in…", "Entrando…";
    log_out: "Salir", "Log out", "Sair";
    user: "Usuario", "User name", "Usuário";
    password: "Contraseña", "Password", "Senha";
    wrong_login: "El usuario o la contraseña no son correctos.", "The user name or the password is wrong.", "O usuário ou a senha não estão corretos.";
    session_over: "Tu sesión ha terminado. Entra de nuevo; no se ha perdido nada.", "Your session is over. Log in again; nothing is lost.", "A sua sessão terminou. Entre de novo; nada se perdeu.";
    tagline: "Todas las conversaciones con tus clientes, en una pantalla.", "Every conversation with your customers, on one screen.", "Todas as conversas com os seus clientes, em uma tela.";
    language: "Idioma", "Language", "Idioma";

    // Places
    work: "Trabajo", "Work", "Trabalho";
    live: "En vivo", "Live", "Ao vivo";
    failures: "No entregado", "Not delivered", "Não entregue";
    me: "Yo", "Me", "Eu";
    // Short ones, for the rail and the bar of a phone.
    chat: "Chat", "Chat", "Chat";
    failed_place: "Fallidos", "Failed", "Falhas";
    search: "Buscar", "Search", "Buscar";
    conversation: "Conversación", "Conversation", "Conversa";
    customer: "Cliente", "Customer", "Cliente";
    loading: "Cargando…", "Loading…", "Carregando…";
    close: "Cerrar", "Close", "Fechar";
    back: "Volver", "Back", "Voltar";
    retry: "Reintentar", "Try again", "Tentar de novo";
    main_menu: "Menú principal", "Main menu", "Menu principal";

    // Channels
    channels: "Canales", "Channels", "Canais";
    channels_ill: "Hay canales que no funcionan: {}", "Channels that do not work: {}", "Há canais que não funcionam: {}";
    channels_well: "Todos los canales funcionan", "All channels work", "Todos os canais funcionam";
    see: "Ver", "See", "Ver";
    last_heard: "Último aviso: {}", "Last event: {}", "Último aviso: {}";
    provider_tells: "Lo que dice el proveedor", "What the provider tells", "O que diz o provedor";
    since: "Desde {}", "Since {}", "Desde {}";
    until: "hasta {}", "until {}", "até {}";

    // Presence
    available: "Disponible", "Available", "Disponível";
    pause: "Pausa", "Pause", "Pausa";
    offline: "Desconectado", "Offline", "Desconectado";
    change_presence: "Cambiar mi estado", "Change my state", "Mudar o meu estado";
    capacity: "Conversaciones a la vez", "Conversations at once", "Conversas ao mesmo tempo";

    // My work
    my_work: "Mi trabajo", "My work", "Meu trabalho";
    nothing_yet_title: "Nada pendiente", "Nothing to do", "Nada pendente";
    nothing_yet: "Cuando entre una conversación sonará aquí.", "When a conversation comes in, it rings here.", "Quando entrar uma conversa, ela toca aqui.";
    nothing_paused: "Ahora no recibes conversaciones.", "You get no conversations now.", "Agora você não recebe conversas.";
    become_available: "Ponerme disponible", "Become available", "Ficar disponível";
    ringing: "Entrante", "Incoming", "Entrando";
    answer: "Contestar", "Answer", "Atender";
    decline: "Rechazar", "Decline", "Recusar";
    waited: "Ha esperado {}", "Waited {}", "Esperou {}";
    last_contact: "Último contacto: {}", "Last contact: {}", "Último contato: {}";
    longest_idle: "Llevas más tiempo libre que nadie", "You have been free the longest", "Você está livre há mais tempo";
    oldest_finish: "Hace más que terminaste la última", "Your last one ended the longest ago", "A sua última terminou há mais tempo";
    fewest: "Eres quien menos ha atendido hoy", "You have had the fewest", "Você atendeu menos que os outros";
    least_talk: "Eres quien menos ha hablado hoy", "You have talked the least", "Você falou menos que os outros";
    next_in_turn: "Es tu turno", "It is your turn", "É a sua vez";
    by_rank: "Eres de los primeros de esta cola", "You are among the first in this queue", "Você é dos primeiros desta fila";
    drawn: "Ha salido al azar", "Drawn at random", "Sorteado ao acaso";
    best_skill: "Eres quien mejor conoce el tema", "You know the subject best", "Você conhece melhor o assunto";
    rings_at_several: "Suena a varios; es de quien conteste primero", "It rings at several; who answers first has it", "Toca para vários; fica com quem atender primeiro";
    knows_customer: "Ya conoces a este cliente", "You know this customer", "Você já conhece este cliente";
    passed_on_by: "Te la pasa {}", "{} passes it on to you", "{} passa para você";
    first_contact: "Primer contacto", "First contact", "Primeiro contato";
    draft: "Borrador", "Draft", "Rascunho";
    wrap_up: "Por cerrar", "To wrap up", "A concluir";
    unread: "{} sin leer", "{} unread", "{} não lidas";
    waits_for_us: "Espera respuesta", "Waits for an answer", "Espera resposta";
    waiting_in_my_queues: "En espera en mis colas", "Waiting in my queues", "Em espera nas minhas filas";
    nobody_waits: "Nadie espera", "Nobody waits", "Ninguém espera";
    offer_gone: "Ya no está disponible: la atiende otra persona o se ha retirado.", "No longer available: somebody else has it, or it was withdrawn.", "Já não está disponível: outra pessoa atendeu ou foi retirada.";

    // Conversation
    choose_title: "Elige una conversación", "Choose a conversation", "Escolha uma conversa";
    choose: "O espera a que entre la siguiente.", "Or wait for the next one.", "Ou espere a próxima.";
    write: "Escribe a {}…", "Write to {}…", "Escreva para {}…";
    send: "Enviar", "Send", "Enviar";
    attach: "Adjuntar archivo", "Attach a file", "Anexar arquivo";
    remove: "Quitar", "Remove", "Remover";
    drop_here: "Suelta los archivos para adjuntarlos", "Drop the files to attach them", "Solte os arquivos para anexar";
    uploading: "Subiendo…", "Uploading…", "Enviando…";
    upload_failed: "No se pudo subir {}.", "{} could not be uploaded.", "Não foi possível enviar {}.";
    transfer: "Transferir", "Transfer", "Transferir";
    end: "Finalizar", "End", "Encerrar";
    is_typing: "{} está escribiendo…", "{} is typing…", "{} está digitando…";
    typing: "escribiendo…", "typing…", "digitando…";
    new_messages: "Mensajes nuevos", "New messages", "Mensagens novas";
    earlier: "Mensajes anteriores", "Earlier messages", "Mensagens anteriores";
    no_messages: "Todavía no hay mensajes.", "There are no messages yet.", "Ainda não há mensagens.";
    today: "Hoy", "Today", "Hoje";
    yesterday: "Ayer", "Yesterday", "Ontem";
    bot: "Asistente", "Assistant", "Assistente";
    system: "Sistema", "System", "Sistema";
    you: "Tú", "You", "Você";
    edited: "editado", "edited", "editado";
    deleted: "Mensaje eliminado", "Message deleted", "Mensagem apagada";
    unsupported: "Mensaje de un tipo que aún no se puede mostrar", "A kind of message that cannot be shown yet", "Tipo de mensagem que ainda não pode ser mostrado";
    chosen: "elegido", "chosen", "escolhido";
    reply: "Responder a este mensaje", "Reply to this message", "Responder a esta mensagem";
    sending: "Enviando", "Sending", "Enviando";
    unknown: "Sin confirmar", "Not confirmed", "Sem confirmação";
    sent: "Enviado", "Sent", "Enviado";
    delivered: "Entregado", "Delivered", "Entregue";
    read: "Leído", "Read", "Lido";
    played: "Escuchado", "Played", "Ouvido";
    not_sent: "No enviado", "Not sent", "Não enviado";
    not_to_all: "No llegó a todos", "Not everybody got it", "Não chegou a todos";
    not_sent_offline: "Sin conexión. El texto sigue aquí.", "No connection. The text is still here.", "Sem conexão. O texto continua aqui.";
    window_left: "Quedan {} para responder", "{} left to answer", "Restam {} para responder";
    window_over: "El plazo para escribir libremente en este canal ha terminado. Se abre de nuevo cuando el cliente escriba; hasta entonces, usa una plantilla si el canal las tiene.", "The time to write freely on this channel is over. It opens again when the customer writes; until then, use a template where the channel has them.", "O prazo para escrever livremente neste canal terminou. Abre de novo quando o cliente escrever; até lá, use um modelo se o canal os tiver.";
    template: "Plantilla", "Template", "Modelo";
    search_templates: "Buscar entre las plantillas aprobadas", "Search the approved templates", "Buscar nos modelos aprovados";
    no_templates: "No hay ninguna plantilla aprobada con esas palabras.", "There is no approved template with these words.", "Não há nenhum modelo aprovado com essas palavras.";
    other_template: "Otra plantilla", "Another template", "Outro modelo";
    template_file: "Archivo de la cabecera", "File of the header", "Arquivo do cabeçalho";
    template_header: "cabecera", "header", "cabeçalho";
    template_button: "botón", "button", "botão";
    value_number: "Dato {}", "Value {}", "Dado {}";
    for_example: "Por ejemplo, {}", "For example, {}", "Por exemplo, {}";
    advertising: "Publicidad", "Advertising", "Publicidade";
    unwanted: "Pidió no recibir más mensajes por {}: no se le puede escribir por aquí.", "They asked for no more messages on {}: you cannot write to them here.", "Pediu para não receber mais mensagens por {}: não é possível escrever por aqui.";
    wants_nothing: "No quiere mensajes por {}", "Wants no messages on {}", "Não quer mensagens por {}";
    wants_no_advertising: "No quiere publicidad por {}", "Wants no advertising on {}", "Não quer publicidade por {}";
    opt_out_asked: "Lo pidió el {}", "Asked for it on {}", "Pediu em {}";
    opt_out_refused: "El proveedor lo dijo el {}", "The provider said so on {}", "O provedor avisou em {}";
    opt_out_blocked: "Nos bloqueó el {}", "Blocked us on {}", "Bloqueou-nos em {}";
    opt_out_told: "Se lo dijo a un agente el {}", "Told an agent on {}", "Disse a um agente em {}";
    record_opt_out: "No escribirle más por {}", "Write to them no more on {}", "Não escrever mais por {}";
    lift_opt_out: "Quiere mensajes otra vez", "Wants messages again", "Quer mensagens de novo";
    answer_first: "Contesta para escribir.", "Answer it to write.", "Atenda para escrever.";
    reading_only: "Conversación anterior: solo lectura", "Earlier conversation: read only", "Conversa anterior: só leitura";
    file_fetching: "Llegando…", "Coming in…", "Chegando…";
    file_failed: "No se pudo traer el archivo", "The file could not be fetched", "Não foi possível obter o arquivo";
    file_checking: "Buscando virus…", "Checking for viruses…", "Verificando se há vírus…";
    file_infected: "Tenía un virus: se ha eliminado", "It had a virus: it was removed", "Tinha um vírus: foi removido";
    file_refused: "Archivo no admitido", "File not accepted", "Arquivo não aceito";
    file_too_large: "Es demasiado grande.", "It is too large.", "É grande demais.";
    new_interaction: "Nueva conversación", "New conversation", "Nova conversa";

    webchat: "Chat web", "Web chat", "Chat do site";
    call: "Llamada", "Call", "Chamada";
    replying_to: "En respuesta a", "In reply to", "Em resposta a";
    not_loaded: "No se pudieron cargar los mensajes.", "The messages could not be loaded.", "Não foi possível carregar as mensagens.";
    take_back: "Editar", "Edit", "Editar";
    visitor: "Visitante", "Visitor", "Visitante";

    // Letters and ready answers
    letter_from: "De", "From", "De";
    letter_to: "Para", "To", "Para";
    letter_cc: "Copia", "Cc", "Cópia";
    subject: "Asunto", "Subject", "Assunto";
    reply_all: "Responder a todos", "Reply to all", "Responder a todos";
    edit_envelope: "Cambiar destinatarios y asunto", "Change recipients and subject", "Alterar destinatários e assunto";
    show_quoted: "Ver lo citado", "Show what is quoted", "Ver o citado";
    hide_quoted: "Ocultar lo citado", "Hide what is quoted", "Ocultar o citado";
    letter_formatted: "Ver con formato", "Show with format", "Ver com formatação";
    letter_plain: "Ver solo texto", "Show text only", "Ver só o texto";
    show_pictures: "Mostrar imágenes externas", "Show pictures from elsewhere", "Mostrar imagens externas";
    letter_original: "Descargar la carta original", "Download the original letter", "Baixar a mensagem original";
    sender_forged: "El remitente puede ser falso", "The sender may be forged", "O remetente pode ser falso";
    sender_proven: "Remitente comprobado", "Sender verified", "Remetente verificado";
    automatic: "Carta automática", "Automatic letter", "Mensagem automática";
    unreachable: "Nada llega a esta dirección: {}", "Nothing reaches this address: {}", "Nada chega a este endereço: {}";
    ready_answers: "Respuestas preparadas", "Ready answers", "Respostas prontas";
    find_ready_answer: "Buscar respuesta…", "Find an answer…", "Buscar resposta…";
    no_ready_answers: "No hay respuestas con esas palabras.", "No answers with those words.", "Não há respostas com essas palavras.";
    // Public comments
    post: "Publicación", "Post", "Publicação";
    see_post: "Ver la publicación", "See the post", "Ver a publicação";
    hide_comment: "Ocultar", "Hide", "Ocultar";
    show_comment: "Mostrar", "Show", "Mostrar";
    like_comment: "Me gusta", "Like", "Curtir";
    unlike_comment: "Ya no me gusta", "Unlike", "Descurtir";
    delete_comment: "Eliminar", "Delete", "Excluir";
    hidden: "Oculto", "Hidden", "Oculto";
    under_way: "En marcha…", "Under way…", "Em andamento…";
    not_done: "No se pudo hacer", "It could not be done", "Não foi possível fazer";
    answer_privately: "Responder en privado", "Answer in private", "Responder em particular";
    replying_privately: "Respuesta privada a", "Private answer to", "Resposta particular a";
    private_on_its_way: "La respuesta privada está en camino", "The private answer is on its way", "A resposta particular está a caminho";
    private_sending: "Respuesta privada en camino", "Private answer on its way", "Resposta particular a caminho";
    private_sent: "Respondido en privado", "Answered in private", "Respondido em particular";
    private_failed: "La respuesta privada no llegó", "The private answer did not arrive", "A resposta particular não chegou";
    private_over: "El plazo para responder en privado ha terminado", "The time for a private answer is over", "O prazo para responder em particular terminou";

    // Why a message did not arrive, and what to do
    why_opted_out: "Pidió no recibir más mensajes. No se le puede escribir hasta que escriba de nuevo.", "They asked for no more messages. They cannot be written to until they write again.", "Pediu para não receber mais mensagens. Só é possível escrever quando escrever de novo.";
    why_no_advertising: "No quiere publicidad. Una respuesta a lo que preguntó sí le llega.", "They want no advertising. An answer to what they asked still reaches them.", "Não quer publicidade. Uma resposta ao que perguntou ainda chega.";
    why_blocked: "Esta persona no acepta mensajes de la empresa. Prueba por otro canal.", "This person takes no messages from the business. Try another channel.", "Esta pessoa não aceita mensagens da empresa. Tente por outro canal.";
    why_window_closed: "El cliente lleva demasiado tiempo sin escribir. Usa una plantilla u otro canal, o espera a que escriba.", "The customer has not written for too long. Use a template or another channel, or wait until they write.", "O cliente está há tempo demais sem escrever. Use um modelo ou outro canal, ou espere que escreva.";
    why_no_such_person: "No hay nadie con esta dirección o número en este canal. Compruébalo en la ficha.", "Nobody has this address or number on this channel. Check it in their record.", "Ninguém tem este endereço ou número neste canal. Confira na ficha.";
    why_unreachable: "Ahora no se le puede alcanzar: teléfono apagado o buzón lleno. Inténtalo más tarde.", "They cannot be reached now: the phone is off or the mailbox is full. Try later.", "Não é possível alcançar agora: telefone desligado ou caixa cheia. Tente mais tarde.";
    why_gone: "Lo que se respondía o cambiaba ya no existe.", "What was answered or changed is not there any more.", "O que se respondia ou alterava não existe mais.";
    why_answer_spent: "Un comentario solo admite una respuesta privada, y durante siete días.", "A comment takes one private answer only, within seven days.", "Um comentário só aceita uma resposta privada, e durante sete dias.";
    why_bad_message: "El canal no admite este mensaje. Escríbelo de otra forma o más corto.", "The channel does not take this message. Write it in another way or shorter.", "O canal não aceita esta mensagem. Escreva de outra forma ou mais curta.";
    why_bad_file: "El canal no admite este archivo. Prueba con otro formato o uno más pequeño.", "The channel does not take this file. Try another format or a smaller one.", "O canal não aceita este arquivo. Tente outro formato ou um menor.";
    why_bad_template: "La plantilla no está aprobada, está en pausa o le falta un dato. Elige otra o avisa a un administrador.", "The template is not approved, is paused, or lacks a value. Choose another one or tell an admin.", "O modelo não está aprovado, está em pausa ou falta um dado. Escolha outro ou avise um administrador.";
    why_held_elsewhere: "Otra aplicación de la empresa lleva ahora esta conversación. Inténtalo cuando la suelte, o avisa a un administrador.", "Another app of the business has this conversation now. Try when it lets go, or tell an admin.", "Outro aplicativo da empresa está com esta conversa agora. Tente quando ele soltar, ou avise um administrador.";
    why_taken_for_spam: "Se ha tomado por publicidad no deseada. No insistas: prueba más tarde o por otro canal.", "It was taken for spam. Do not repeat it: try later or on another channel.", "Foi tomada por spam. Não insista: tente mais tarde ou por outro canal.";
    why_too_many: "Demasiados mensajes en poco tiempo. Inténtalo en unos minutos.", "Too many messages in a short time. Try in a few minutes.", "Mensagens demais em pouco tempo. Tente em alguns minutos.";
    why_too_many_to_them: "Demasiados mensajes a esta persona en poco tiempo. Saldrá en unos segundos.", "Too many messages to this person in a short time. It goes out in some seconds.", "Mensagens demais a esta pessoa em pouco tempo. Sairá em alguns segundos.";
    why_account_refused: "El canal rechaza la cuenta de la empresa: clave, permiso o pago. Avisa a un administrador.", "The channel refuses the business's account: key, permission or payment. Tell an admin.", "O canal recusa a conta da empresa: chave, permissão ou pagamento. Avise um administrador.";
    why_provider_trouble: "El canal tiene una avería. Inténtalo más tarde.", "The channel has trouble of its own. Try later.", "O canal está com uma falha. Tente mais tarde.";
    why_no_answer: "El canal no contestó: puede que haya llegado. Compruébalo antes de repetir.", "The channel did not answer: it may have arrived. Check before you repeat it.", "O canal não respondeu: pode ter chegado. Confira antes de repetir.";

    // Transfer
    queues: "Colas", "Queues", "Filas";
    colleagues: "Compañeros", "Colleagues", "Colegas";
    nobody_connected: "No hay compañeros conectados.", "No colleagues are connected.", "Não há colegas conectados.";
    note_for_colleague: "Nota para quien la reciba (opcional)", "Note for who takes it over (optional)", "Nota para quem receber (opcional)";
    transferred: "Transferida a {}", "Transferred to {}", "Transferida para {}";
    waiting_count: "{} en espera", "{} waiting", "{} em espera";

    // Colleagues who help
    ask_help: "Pedir ayuda", "Ask for help", "Pedir ajuda";
    help_wanted: "Te piden ayuda", "Help wanted", "Pedem sua ajuda";
    help_for: "Para qué", "What for", "Para quê";
    consult: "Consejo", "Advice", "Conselho";
    conference: "Entrar en la conversación", "Into the talk", "Entrar na conversa";
    consult_hint: "Lee la conversación y te aconseja. El cliente no nota nada.", "Reads along and advises you. The customer notices nothing.", "Lê a conversa e aconselha você. O cliente não percebe nada.";
    conference_hint: "Lee la conversación y también escribe al cliente.", "Reads along and writes to the customer, too.", "Lê a conversa e também escreve para o cliente.";
    note_for_help: "Qué necesitas saber o hacer (opcional)", "What you need to know or do (optional)", "O que você precisa saber ou fazer (opcional)";
    whoever_is_free: "Quien esté libre", "Whoever is free", "Quem estiver livre";
    of_supervisors: "De supervisión", "Of the supervisors", "Da supervisão";
    of_queue: "De {}", "Of {}", "De {}";
    nobody_free: "Ahora no hay nadie libre.", "Nobody is free now.", "Agora não há ninguém livre.";
    is_not_free: "{} no puede ahora.", "{} cannot take part now.", "{} não pode agora.";
    asks_for_advice: "{} te pide consejo", "{} asks you for advice", "{} pede o seu conselho";
    asks_into_talk: "{} te pide que entres en la conversación", "{} asks you into the talk", "{} pede que você entre na conversa";
    accept: "Aceptar", "Accept", "Aceitar";
    accept_first: "Acepta para ayudar.", "Accept it to help.", "Aceite para ajudar.";
    asking_advice_of: "Pides consejo a {}", "You ask {} for advice", "Você pede conselho a {}";
    asking_into_talk: "Pides a {} que entre en la conversación", "You ask {} into the talk", "Você pede a {} que entre na conversa";
    withdraw: "Retirar", "Withdraw", "Retirar";
    nobody_came: "Nadie ha aceptado la petición de ayuda.", "Nobody accepted the request for help.", "Ninguém aceitou o pedido de ajuda.";
    ask_again: "Pedir de nuevo", "Ask again", "Pedir de novo";
    who_takes_part: "Quién participa", "Who takes part", "Quem participa";
    advises: "Te aconseja", "Advises you", "Aconselha você";
    advises_too: "También aconseja", "Advises, too", "Também aconselha";
    in_the_talk: "Está en la conversación", "Is in the talk", "Está na conversa";
    you_advise: "Aconsejas a {}. El cliente no te ve.", "You advise {}. The customer does not see you.", "Você aconselha {}. O cliente não vê você.";
    you_are_in: "Estás en la conversación con {}. El cliente lee lo que escribes.", "You are in the talk with {}. The customer reads what you write.", "Você está na conversa com {}. O cliente lê o que você escreve.";
    advising: "Aconsejas", "Advising", "Aconselha";
    into_the_talk: "Dejarle escribir", "Into the talk", "Deixar escrever";
    advice_only: "Solo consejo", "Advice only", "Só conselho";
    hand_over: "Pasarle la conversación", "Hand over", "Passar a conversa";
    handed_over: "Ahora la lleva {}", "{} has it now", "Agora está com {}";
    send_out: "Quitar a {}", "Send {} out", "Remover {}";
    leave: "Salir de la conversación", "Leave the conversation", "Sair da conversa";
    left: "Ya no participas en la conversación con {}", "You take part no more in the conversation with {}", "Você não participa mais da conversa com {}";
    between_us: "Entre nosotros", "Between us", "Entre nós";
    not_for_customer: "El cliente no lo ve", "The customer does not see it", "O cliente não vê";
    write_remark: "Escribe a tus compañeros…", "Write to your colleagues…", "Escreva aos colegas…";
    add_remark: "Anotar", "Add note", "Anotar";
    new_remark: "Tus compañeros han escrito", "Your colleagues wrote", "Seus colegas escreveram";

    // Wrap-up
    wrap_up_title: "Cierra la conversación", "Wrap up the conversation", "Conclua a conversa";
    disposition: "Resultado", "Outcome", "Resultado";
    note: "Nota (opcional)", "Note (optional)", "Nota (opcional)";
    note_hint: "Qué se acordó, qué queda por hacer", "What was agreed, what is left to do", "O que foi combinado, o que falta fazer";
    finish: "Cerrar y seguir", "Finish and go on", "Concluir e seguir";
    choose_disposition: "Elige un resultado.", "Choose an outcome.", "Escolha um resultado.";
    time_left: "Quedan {}", "{} left", "Restam {}";
    wrapped_up: "Conversación cerrada", "Conversation wrapped up", "Conversa concluída";

    // Customer
    no_name: "Sin nombre", "No name", "Sem nome";
    name: "Nombre", "Name", "Nome";
    phone: "Teléfono", "Phone", "Telefone";
    email: "Correo", "E-mail", "E-mail";
    notes: "Notas", "Notes", "Notas";
    add: "Añadir", "Add", "Adicionar";
    edit: "Cambiar {}", "Change {}", "Alterar {}";
    add_notes: "Lo que conviene saber de este cliente", "What is good to know of this customer", "O que convém saber deste cliente";
    saved: "Guardado", "Saved", "Salvo";
    what_they_want: "Qué necesita", "What they need", "O que precisa";
    identities: "Dónde nos escribe", "Where they write to us", "Onde nos escreve";
    verified: "Comprobado por el canal", "Vouched for by the channel", "Confirmado pelo canal";
    both_have: "Los dos tienen: {}.", "Both have: {}.", "Ambos têm: {}.";
    merged_with: "Unido con «{}»", "Merged with “{}”", "Unido com “{}”";
    unmerge: "Separar", "Undo", "Separar";
    unmerged: "Fichas separadas", "Records separated", "Fichas separadas";
    merged_now: "Esta ficha se ha unido con otra: mismo cliente, una sola historia.", "This record was merged with another: one customer, one history.", "Esta ficha foi unida a outra: mesmo cliente, uma só história.";
    history: "Historia", "History", "Histórico";
    no_history: "Es la primera vez que nos escribe.", "It is the first time they write.", "É a primeira vez que nos escreve.";
    show_more: "Ver más", "Show more", "Ver mais";
    with_bot: "Con el asistente", "With the assistant", "Com o assistente";
    queued: "En espera", "Waiting", "Em espera";
    offered: "Sonando", "Ringing", "Tocando";
    active: "En curso", "In progress", "Em curso";
    no_customer: "Aquí verás quién es y todo lo que ya habéis hablado.", "Here you will see who it is and all that was said before.", "Aqui você verá quem é e tudo o que já conversaram.";

    // Live
    queue: "Cola", "Queue", "Fila";
    waiting: "En espera", "Waiting", "Em espera";
    longest_wait: "Mayor espera", "Longest wait", "Maior espera";
    in_service: "Atendiendo", "In service", "Atendendo";
    agents: "Agentes", "Agents", "Agentes";
    agents_hint: "Disponibles de todos los de la cola", "Available of all in the queue", "Disponíveis de todos na fila";
    answered: "Atendidas", "Answered", "Atendidas";
    abandoned: "Abandonadas", "Abandoned", "Abandonadas";
    service_level: "Nivel de servicio", "Service level", "Nível de serviço";
    service_level_formula: "De hoy, según la fórmula de cada cola", "Of today, by the formula of each queue", "De hoje, pela fórmula de cada fila";
    target: "objetivo {}", "target {}", "meta {}";
    no_queues: "Todavía no hay colas. Las crea un administrador.", "There are no queues yet. An admin makes them.", "Ainda não há filas. Um administrador as cria.";
    available_count: "{} disponibles", "{} available", "{} disponíveis";
    paused_count: "{} en pausa", "{} on pause", "{} em pausa";
    offline_count: "{} desconectados", "{} offline", "{} desconectados";
    free: "Sin conversaciones", "No conversations", "Sem conversas";
    no_stream: "Pantalla cerrada: no se le ofrece trabajo", "Desk closed: gets no work", "Tela fechada: não recebe trabalho";
    role_agent: "Agente", "Agent", "Agente";
    role_supervisor: "Supervisión", "Supervisor", "Supervisão";
    role_admin: "Administración", "Admin", "Administração";

    // Not delivered
    my_failed: "Mensajes tuyos que no llegaron", "Messages of yours that did not arrive", "Mensagens suas que não chegaram";
    my_failed_none: "Todos tus mensajes llegaron o están en camino.", "All your messages arrived or are on their way.", "Todas as suas mensagens chegaram ou estão a caminho.";
    incoming_failed: "Entradas que no se entendieron", "Incoming that was not understood", "Entradas que não foram entendidas";
    incoming_failed_hint: "Están guardadas tal como llegaron. Cuando el canal esté corregido, vuelve a procesarlas.", "They are kept as they came. Once the channel is repaired, run them again.", "Estão guardadas como chegaram. Quando o canal for corrigido, processe de novo.";
    incoming_failed_none: "Nada pendiente: todo lo recibido se entendió.", "Nothing left: all that came in was understood.", "Nada pendente: tudo o que chegou foi entendido.";
    run_again: "Procesar de nuevo", "Run again", "Processar de novo";
    running: "Procesando…", "Running…", "Processando…";
    ran: "Enviada a procesar", "Handed over to run again", "Enviada para processar";
    attempts: "{} intentos", "{} attempts", "{} tentativas";
    open_conversation: "Ver conversación", "Open the conversation", "Ver conversa";
    content: "Contenido", "Content", "Conteúdo";

    // States of the whole
    lost: "Sin conexión. Puedes leer y escribir; lo enviaremos al volver.", "No connection. You can read and write; it is sent when it is back.", "Sem conexão. Você pode ler e escrever; enviaremos ao voltar.";
    failed_to_load: "No se pudo cargar.", "It could not be loaded.", "Não foi possível carregar.";
    no_permission_title: "Sin permiso", "No permission", "Sem permissão";
    no_permission: "Esta pantalla es para supervisión. Pide acceso a un administrador.", "This screen is for supervisors. Ask an admin for access.", "Esta tela é da supervisão. Peça acesso a um administrador.";
    did_not_work: "No se pudo hacer. Inténtalo de nuevo.", "It did not work. Try again.", "Não foi possível. Tente de novo.";

    // Me
    theme: "Aspecto", "Appearance", "Aparência";
    theme_auto: "Sistema", "System", "Sistema";
    theme_light: "Claro", "Light", "Claro";
    theme_dark: "Oscuro", "Dark", "Escuro";
    sound: "Sonido al entrar trabajo", "Sound for new work", "Som ao entrar trabalho";
    test_sound: "Probar", "Test", "Testar";
    notifications: "Avisos del sistema", "System notifications", "Avisos do sistema";
    allow: "Permitir", "Allow", "Permitir";
    allowed: "Permitidos", "Allowed", "Permitidos";
    blocked: "Bloqueados en el navegador", "Blocked in the browser", "Bloqueados no navegador";
    on: "Activado", "On", "Ativado";
    off: "Desactivado", "Off", "Desativado";

    // Keys and commands
    keys: "Teclas", "Keys", "Teclas";
    commands: "Comandos", "Commands", "Comandos";
    commands_hint: "Busca una acción, una conversación o un cliente…", "Find an action, a conversation or a customer…", "Busque uma ação, uma conversa ou um cliente…";
    no_commands: "Nada con ese nombre.", "Nothing by that name.", "Nada com esse nome.";
    key_answer: "Contestar lo que suena", "Answer what rings", "Atender o que toca";
    key_decline: "Rechazar lo que suena", "Decline what rings", "Recusar o que toca";
    key_go: "Ir a la conversación 1 a 9", "Go to conversation 1 to 9", "Ir para a conversa 1 a 9";
    key_next: "Conversación anterior o siguiente", "Previous or next conversation", "Conversa anterior ou próxima";
    key_send: "Enviar · nueva línea", "Send · new line", "Enviar · nova linha";
    key_end: "Finalizar la conversación", "End the conversation", "Encerrar a conversa";
    key_close: "Cerrar lo abierto", "Close what is open", "Fechar o que está aberto";
    key_presence: "Disponible o en pausa", "Available or on pause", "Disponível ou em pausa";
    key_keys: "Esta hoja", "This sheet", "Esta folha";
    enter: "Intro", "Enter", "Enter";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browsers_first_known_language_wins_and_spanish_is_the_rest() {
        for (tags, expected) in [
            (vec!["pt-BR", "en"], Language::Portuguese),
            (vec!["fr", "en-GB"], Language::English),
            (vec!["es-419"], Language::Spanish),
            (vec!["de"], Language::Spanish),
            (vec![], Language::Spanish),
        ] {
            assert_eq!(Language::preferred(tags.clone()), expected, "{tags:?}");
        }
    }

    /// As they stand in the rules.
    #[test]
    fn every_strategy_says_why() {
        let rules = include_str!("../../crates/domain/src/routing/strategy.rs");
        let codes = rules.split("=> \"").skip(1).filter_map(|rest| Some(rest.split_once('"')?.0));
        let unknown: Vec<_> =
            codes.clone().filter(|code| Language::Spanish.words().why_me(code).is_none()).collect();
        assert!(5 < codes.count() && unknown.is_empty(), "{unknown:?} have no words");
    }

    #[test]
    fn each_language_leaves_room_for_the_same_values() {
        for (name, texts) in Words::ROWS.iter().chain(FlowWords::ROWS) {
            let places = texts.map(|text| text.matches("{}").count());
            assert!(places.iter().all(|count| *count == places[0]), "{name}");
            assert!(texts.iter().all(|text| !text.is_empty() && !text.contains('!')), "{name}");
        }
    }
}
