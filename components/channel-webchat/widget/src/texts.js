// What the widget itself says. The business's own words (title, greeting) come from its account.
const TEXTS = {
  es: {
    open: 'Abrir el chat', close: 'Cerrar', log: 'Conversación', newer: 'Mensajes nuevos', ready: 'Escríbenos',
    write: 'Escribe un mensaje…', send: 'Enviar', attach: 'Adjuntar', remove: 'Quitar', limits: 'Imágenes o PDF, máximo',
    sending: 'Enviando', sent: 'Enviado', delivered: 'Entregado', read: 'Leído', failed: 'No se ha enviado', retry: 'Reintentar',
    contact: 'Tú', bot: 'Asistente virtual', agent: 'Agente', system: 'Aviso',
    lost: 'Sin conexión. Lo que escribas se enviará al volver.', queued: 'Buscando a una persona…', with: 'Hablas con', types: 'está escribiendo',
    end: 'Terminar la conversación', cancel: 'Seguir', ended: 'Conversación terminada. Escribe para empezar otra.', unsupported: 'Mensaje no compatible',
  },
  en: {
    open: 'Open the chat', close: 'Close', log: 'Conversation', newer: 'New messages', ready: 'Write to us',
    write: 'Write a message…', send: 'Send', attach: 'Attach', remove: 'Remove', limits: 'Images or PDF, at most',
    sending: 'Sending', sent: 'Sent', delivered: 'Delivered', read: 'Read', failed: 'Not sent', retry: 'Try again',
    contact: 'You', bot: 'Virtual assistant', agent: 'Agent', system: 'Notice',
    lost: 'No connection. What you write will be sent later.', queued: 'Looking for a person…', with: 'You are talking to', types: 'is typing',
    end: 'End the conversation', cancel: 'Continue', ended: 'Conversation ended. Write to start another.', unsupported: 'Unsupported message',
  },
  pt: {
    open: 'Abrir o chat', close: 'Fechar', log: 'Conversa', newer: 'Mensagens novas', ready: 'Escreva para nós',
    write: 'Escreva uma mensagem…', send: 'Enviar', attach: 'Anexar', remove: 'Remover', limits: 'Imagens ou PDF, máximo',
    sending: 'Enviando', sent: 'Enviada', delivered: 'Entregue', read: 'Lida', failed: 'Não foi enviada', retry: 'Tentar de novo',
    contact: 'Você', bot: 'Assistente virtual', agent: 'Agente', system: 'Aviso',
    lost: 'Sem conexão. O que você escrever será enviado na volta.', queued: 'Procurando uma pessoa…', with: 'Você fala com', types: 'está digitando',
    end: 'Encerrar a conversa', cancel: 'Continuar', ended: 'Conversa encerrada. Escreva para começar outra.', unsupported: 'Mensagem não compatível',
  },
};

const language = tag => tag.slice(0, 2).toLowerCase();

/** The full tag (`es-MX`), for dates: the site's wish, the page's language, the browser's. */
export const chooseLocale = wish =>
  [wish, document.documentElement.lang, ...navigator.languages, 'es'].find(tag => tag && TEXTS[language(tag)]);

export const textsFor = locale => TEXTS[language(locale)];
