// What the demo's flow says (demo/flows/casa-lumen), in and out of office hours.

export const HELLO_MENU = '¿En qué te puedo ayudar?';
export const ASKS_TOPIC = /¿Sobre qué es\?|Déjame aquí tu mensaje/;
export const HANDS_OVER = /Te paso con el equipo|Una persona del equipo|una persona del equipo/;
