/** Names of the messages that main sends to the window without being asked. */
export const menuChannel = 'menu:command'
