//! What is said of flows, which supervisors see and agents do not.

use super::Language;

words! {
    FlowWords;

    // The list
    flows: "Flujos", "Flows", "Fluxos";
    flow: "Flujo", "Flow", "Fluxo";
    runner: "Componente", "Component", "Componente";
    is_live: "En vivo", "Live", "Ao vivo";
    not_live: "Nada en vivo", "Nothing live", "Nada ao vivo";
    last_day: "Últimas 24 horas", "Last 24 hours", "Últimas 24 horas";
    entered: "Entraron", "Entered", "Entraram";
    contained: "Resueltas", "Contained", "Resolvidas";
    contained_hint: "El flujo las terminó: no hizo falta nadie más", "The flow ended them: nobody else was needed", "O fluxo as encerrou: ninguém mais foi preciso";
    handed_over: "Pasadas", "Handed over", "Passadas";
    handed_over_hint: "A una persona o a otro flujo", "To a person or to another flow", "A uma pessoa ou a outro fluxo";
    abandoned: "Abandonadas", "Abandoned", "Abandonadas";
    failed: "Con fallo", "Failed", "Com falha";
    newer_draft: "Borrador sin publicar", "Draft not published", "Rascunho não publicado";
    no_flows_title: "Todavía no hay flujos", "There are no flows yet", "Ainda não há fluxos";
    no_flows: "Un flujo atiende a quien escribe o llama antes que una persona. Crea el primero.", "A flow answers who writes or calls before a person does. Make the first one.", "Um fluxo atende quem escreve ou liga antes de uma pessoa. Crie o primeiro.";
    new_flow: "Nuevo flujo", "New flow", "Novo fluxo";
    change_setup: "Cambiar título y componente", "Change title and component", "Alterar título e componente";
    setup: "Ajustes", "Settings", "Ajustes";
    name: "Nombre", "Name", "Nome";
    name_hint: "Minúsculas, cifras y guiones; empieza por una letra. No se puede cambiar después.", "Lower-case letters, digits and dashes, the first a letter. It cannot be changed later.", "Minúsculas, algarismos e hifens; começa por uma letra. Não pode ser alterado depois.";
    name_taken: "Ya hay un flujo con ese nombre.", "There is a flow by that name already.", "Já existe um fluxo com esse nome.";
    title: "Título", "Title", "Título";
    runner_hint: "El componente que lleva las conversaciones; «flow», salvo que tengas otro.", "The component that holds the conversations; “flow”, unless you have another one.", "O componente que conduz as conversas; “flow”, a não ser que você tenha outro.";
    is_text: "Es un texto que se edita aquí", "It is a text that is edited here", "É um texto que se edita aqui";
    is_component: "Es un programa, sin texto", "It is a program, without a text", "É um programa, sem texto";
    create: "Crear", "Create", "Criar";
    save: "Guardar", "Save", "Salvar";
    not_found: "Este flujo no existe o se ha eliminado.", "This flow does not exist, or was deleted.", "Este fluxo não existe ou foi excluído.";

    // Parts of one flow
    parts: "Partes del flujo", "Parts of the flow", "Partes do fluxo";
    diagram: "Diagrama", "Diagram", "Diagrama";
    edit: "Editar", "Edit", "Editar";
    rehearse: "Probar", "Try", "Testar";
    versions: "Versiones", "Versions", "Versões";

    // Diagram
    of_what: "Qué se ve", "What is shown", "O que se vê";
    version: "Versión {}", "Version {}", "Versão {}";
    draft: "Borrador", "Draft", "Rascunho";
    count_what: "Qué se cuenta", "What is counted", "O que se conta";
    count_now: "Ahora", "Now", "Agora";
    count_visits: "Entradas 24 h", "Entered, 24 h", "Entradas 24 h";
    count_abandoned: "Abandonos 24 h", "Abandoned, 24 h", "Abandonos 24 h";
    here_now: "Ahora hay {} conversaciones en este flujo.", "{} conversations are in this flow now.", "Agora há {} conversas neste fluxo.";
    draft_counts: "Un borrador no lo recorre nadie: aquí no hay cifras.", "Nobody comes through a draft: there are no figures here.", "Ninguém passa por um rascunho: aqui não há números.";
    place: "Paso", "Place", "Passo";
    no_place: "Antes del primer paso", "Before the first place", "Antes do primeiro passo";
    visits: "Conversaciones", "Conversations", "Conversas";
    visits_hint: "Cuántas pasaron por aquí en 24 horas", "How many came through here in 24 hours", "Quantas passaram por aqui em 24 horas";
    passages: "Veces", "Times", "Vezes";
    ended_here: "Última parada de", "Last place of", "Última parada de";
    nobody_came: "Nadie ha pasado por esta versión en 24 horas.", "Nobody came through this version in 24 hours.", "Ninguém passou por esta versão em 24 horas.";
    not_drawn: "No se puede dibujar hasta que el texto esté bien:", "It cannot be drawn until the text is right:", "Não dá para desenhar até o texto estar certo:";
    nothing_written: "Todavía no hay nada escrito. Empieza en Editar.", "Nothing is written yet. Begin at Edit.", "Ainda não há nada escrito. Comece em Editar.";
    no_text: "Este flujo es un programa: no tiene texto ni diagrama.", "This flow is a program: it has no text and no diagram.", "Este fluxo é um programa: não tem texto nem diagrama.";

    // Editor
    text_of_flow: "Texto del flujo", "Text of the flow", "Texto do fluxo";
    begin_with_example: "Empezar con un ejemplo", "Begin with an example", "Começar com um exemplo";
    example_hello: "Hola, soy el asistente virtual. ¿Qué necesitas?", "Hello, I am the virtual assistant. What do you need?", "Olá, sou o assistente virtual. Do que você precisa?";
    example_person: "Hablar con alguien", "Talk to a person", "Falar com alguém";
    example_reason: "Pide hablar con una persona", "Asks for a person", "Pede para falar com uma pessoa";
    problems: "Problemas", "Problems", "Problemas";
    checking: "Comprobando…", "Checking…", "Verificando…";
    not_checked: "No se pudo comprobar.", "It could not be checked.", "Não foi possível verificar.";
    no_problems: "Sin problemas", "No problems", "Sem problemas";
    errors: "Errores: {}", "Errors: {}", "Erros: {}";
    warnings: "Avisos: {}", "Warnings: {}", "Avisos: {}";
    error: "Error", "Error", "Erro";
    warning: "Aviso", "Warning", "Aviso";
    line: "Línea {}", "Line {}", "Linha {}";
    whole_text: "Todo el texto", "The whole text", "O texto todo";
    save_draft: "Guardar borrador", "Save draft", "Salvar rascunho";
    saved_by: "Guardado por {}", "Saved by {}", "Salvo por {}";
    not_saved: "Con cambios sin guardar", "With changes that are not saved", "Com alterações não salvas";
    kept_here: "Estos cambios siguen en este navegador.", "These changes are still in this browser.", "Estas alterações continuam neste navegador.";
    discard: "Descartar mis cambios", "Discard my changes", "Descartar minhas alterações";
    saved_meanwhile: "{} ha guardado otro borrador mientras escribías. Lo tuyo sigue aquí, sin guardar.", "{} saved another draft while you were writing. Yours is still here, not saved.", "{} salvou outro rascunho enquanto você escrevia. O seu continua aqui, sem salvar.";
    load_theirs: "Cargar el otro", "Load the other one", "Carregar o outro";
    keep_mine: "Seguir con el mío", "Go on with mine", "Continuar com o meu";
    theirs_loaded: "Este es el borrador guardado. Lo que escribiste no se ha perdido.", "This is the draft that was saved. What you wrote is not lost.", "Este é o rascunho salvo. O que você escreveu não se perdeu.";
    back_to_mine: "Volver a lo mío", "Back to mine", "Voltar ao meu";
    forget_mine: "Ya no lo necesito", "I need it no more", "Não preciso mais";

    // Publishing
    publish: "Publicar", "Publish", "Publicar";
    save_and_publish: "Guardar y publicar", "Save and publish", "Salvar e publicar";
    note: "Qué cambia (opcional)", "What is new (optional)", "O que muda (opcional)";
    percent: "Para el % de las conversaciones nuevas", "For % of new conversations", "Para % das conversas novas";
    correct_first: "No se puede publicar: hay errores. Corrígelos antes.", "It cannot be published: there are errors. Correct them first.", "Não dá para publicar: há erros. Corrija-os antes.";
    same_as_latest: "Ya está publicado: el borrador dice lo mismo que la última versión.", "It is published: the draft says what the latest version says.", "Já está publicado: o rascunho diz o mesmo que a última versão.";
    published_as: "Publicado como versión {}", "Published as version {}", "Publicado como versão {}";

    // Rehearsal
    in_chat: "Por chat", "In a chat", "Por chat";
    on_phone: "Por teléfono", "On the phone", "Por telefone";
    rehearse_hint: "Se prueba lo que está escrito en Editar, guardado o no. Ningún cliente lo nota.", "What is written at Edit is tried, saved or not. No customer notices.", "Testa-se o que está escrito em Editar, salvo ou não. Nenhum cliente percebe.";
    known_before: "Qué se sabe y qué responden los sistemas", "What is known and how systems answer", "O que se sabe e o que respondem os sistemas";
    known_hint: "Una línea por dato, como en las transcripciones: locale es · name Eva · queue soporte closed · system shop GET /orders/7 returns 200 {…}", "One line each, as in transcripts: locale en · name Eva · queue soporte closed · system shop GET /orders/7 returns 200 {…}", "Uma linha por dado, como nas transcrições: locale pt · name Eva · queue soporte closed · system shop GET /orders/7 returns 200 {…}";
    begin_again: "Empezar de nuevo", "Begin again", "Começar de novo";
    say_in_chat: "Escribe como el cliente", "Write as the customer", "Escreva como o cliente";
    say_on_phone: "Di algo o marca cifras", "Say something or press digits", "Diga algo ou digite números";
    wait: "Esperar en silencio", "Wait in silence", "Esperar em silêncio";
    wait_for: "Esperar en silencio ({})", "Wait in silence ({})", "Esperar em silêncio ({})";
    hang_up: "Colgar", "Hang up", "Desligar";
    leave_chat: "Cerrar el chat", "Leave the chat", "Fechar o chat";
    keypad: "Teclado", "Keypad", "Teclado";
    key: "Tecla {}", "Key {}", "Tecla {}";
    presses: "Pulsa {}", "Presses {}", "Tecla {}";
    silence: "Silencio", "Silence", "Silêncio";
    hung_up: "Cuelga", "Hangs up", "Desliga";
    left_chat: "Cierra el chat", "Leaves the chat", "Fecha o chat";
    at_place: "Está en {}", "At {}", "Está em {}";
    it_is_over: "El flujo ha terminado su parte.", "The flow's part is over.", "A parte do fluxo terminou.";
    to_the_text: "Ver en el texto", "See in the text", "Ver no texto";

    // Versions
    no_versions: "Todavía no hay nada publicado.", "Nothing is published yet.", "Ainda não há nada publicado.";
    when: "Publicada", "Published", "Publicada";
    share: "Reparto", "Share", "Divisão";
    see_text: "Ver texto", "See the text", "Ver texto";
    edit_from: "Editar a partir de esta", "Edit from this one", "Editar a partir desta";
    replace_text: "Hay cambios sin guardar en Editar: guárdalos o descártalos antes.", "There are changes at Edit that are not saved: save or discard them first.", "Há alterações sem salvar em Editar: salve ou descarte antes.";
    roll_back: "Volver a esta", "Roll back to it", "Voltar a esta";
    rolled_back: "Todas las conversaciones nuevas reciben la versión {}", "All new conversations get version {}", "Todas as conversas novas recebem a versão {}";
    roll_out: "Repartir las conversaciones nuevas", "Share out new conversations", "Dividir as conversas novas";
    roll_out_hint: "Cada conversación sigue en la versión con la que empezó.", "Each conversation stays with the version that it began with.", "Cada conversa continua na versão com que começou.";
    percent_of: "Porcentaje de la versión {}", "Percent of version {}", "Porcentagem da versão {}";
    sum: "Suman {} %; tienen que sumar 100.", "They are {} % together; it has to be 100.", "Somam {} %; precisam somar 100.";
    apply: "Aplicar reparto", "Apply", "Aplicar divisão";
    rolled_out: "Reparto cambiado", "Share changed", "Divisão alterada";
    changes: "Cambios", "Changes", "Alterações";
    token: "Administración", "Administration", "Administração";
    did_set_up: "Ajustes: «{}», componente {}", "Settings: “{}”, component {}", "Ajustes: “{}”, componente {}";
    did_save: "Guardó el borrador {}", "Saved draft {}", "Salvou o rascunho {}";
    did_publish: "Publicó la versión {}", "Published version {}", "Publicou a versão {}";
    did_roll_out: "Cambió el reparto: {}", "Changed the share: {}", "Mudou a divisão: {}";
    did_roll_back: "Volvió a la versión {}", "Rolled back to version {}", "Voltou à versão {}";
    did_delete: "Eliminó el flujo", "Deleted the flow", "Excluiu o fluxo";
}
