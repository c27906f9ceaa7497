// What the widget itself says. The business's own words (title, greeting) come from its account.
const TEXTS = {
  es: {
    open: 'Abrir el chat', close: 'Cerrar', log: 'Conversación', newer: 'Mensajes nuevos', ready: 'Escríbenos',
    write: 'Escribe un mensaje…', send: 'Enviar', attach: 'Adjuntar', remove: 'Quitar', limits: 'Imágenes o PDF, máximo',
    sending: 'Enviando', sent: 'Enviado', delivered: 'Entregado', read: 'Leído', failed: 'No se ha enviado', retry: 'Reintentar',
    contact: 'Tú', bot: 'Asistente virtual', agent: 'Agente', system: 'Aviso',
    lost: 'Sin conexión. Lo que escribas se enviará al volver.', queued: 'Buscando a una persona…', with: 'Hablas con', types: 'está escribiendo',
    optional: 'opcional', terms: 'Leer', begin: 'Continuar', invalid: 'Revisa este dato', reply: 'Responder', dismiss: 'Cerrar la invitación',
    closed: 'Ahora estamos cerrados.', opens: 'Abrimos el', leave: 'Deja tu mensaje y te responderemos por correo.',
    mail: 'Recibir la conversación por correo', address: 'Tu correo electrónico', mailed: 'Te la enviamos a', tooMany: 'Espera un poco y vuelve a intentarlo.',
    end: 'Terminar la conversación', cancel: 'Seguir', ended: 'Conversación terminada. Escribe para empezar otra.', unsupported: 'Mensaje no compatible',
  },
  en: {
    open: 'Open the chat', close: 'Close', log: 'Conversation', newer: 'New messages', ready: 'Write to us',
    write: 'Write a message…', send: 'Send', attach: 'Attach', remove: 'Remove', limits: 'Images or PDF, at most',
    sending: 'Sending', sent: 'Sent', delivered: 'Delivered', read: 'Read', failed: 'Not sent', retry: 'Try again',
    contact: 'You', bot: 'Virtual assistant', agent: 'Agent', system: 'Notice',
    lost: 'No connection. What you write will be sent later.', queued: 'Looking for a person…', with: 'You are talking to', types: 'is typing',
    optional: 'optional', terms: 'Read', begin: 'Continue', invalid: 'Check this', reply: 'Reply', dismiss: 'Close the invitation',
    closed: 'We are closed now.', opens: 'We open on', leave: 'Leave a message and we will answer by e-mail.',
    mail: 'Get the conversation by e-mail', address: 'Your e-mail address', mailed: 'It is on its way to', tooMany: 'Wait a little and try again.',
    end: 'End the conversation', cancel: 'Continue', ended: 'Conversation ended. Write to start another.', unsupported: 'Unsupported message',
  },
  pt: {
    open: 'Abrir o chat', close: 'Fechar', log: 'Conversa', newer: 'Mensagens novas', ready: 'Escreva para nós',
    write: 'Escreva uma mensagem…', send: 'Enviar', attach: 'Anexar', remove: 'Remover', limits: 'Imagens ou PDF, máximo',
    sending: 'Enviando', sent: 'Enviada', delivered: 'Entregue', read: 'Lida', failed: 'Não foi enviada', retry: 'Tentar de novo',
    contact: 'Você', bot: 'Assistente virtual', agent: 'Agente', system: 'Aviso',
    lost: 'Sem conexão. O que você escrever será enviado na volta.', queued: 'Procurando uma pessoa…', with: 'Você fala com', types: 'está digitando',
    optional: 'opcional', terms: 'Ler', begin: 'Continuar', invalid: 'Confira este dado', reply: 'Responder', dismiss: 'Fechar o convite',
    closed: 'Agora estamos fechados.', opens: 'Abrimos', leave: 'Deixe sua mensagem e responderemos por e-mail.',
    mail: 'Receber a conversa por e-mail', address: 'Seu e-mail', mailed: 'Estamos enviando para', tooMany: 'Espere um pouco e tente de novo.',
    end: 'Encerrar a conversa', cancel: 'Continuar', ended: 'Conversa encerrada. Escreva para começar outra.', unsupported: 'Mensagem não compatível',
  },
};

const language = tag => tag.slice(0, 2).toLowerCase();

/** The full tag (`es-MX`), for dates: the site's wish, the page's language, the browser's. */
export const chooseLocale = wish =>
  [wish, document.documentElement.lang, ...navigator.languages, 'es'].find(tag => tag && TEXTS[language(tag)]);

export const textsFor = locale => TEXTS[language(locale)];
