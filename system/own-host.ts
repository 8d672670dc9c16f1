/**
 * DNS rebinding: a page of any site may let its name resolve to 127.0.0.1, and would then read what this machine serves to
 * itself. Its requests carry that name as `Host`. No other machine can have the names below; the port may be another one, as
 * through an SSH tunnel.
 */
const OWN_NAME = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i

/** Whether a request is addressed to this machine by one of its own names. */
export const isOwnHost = (host: string | undefined): boolean => OWN_NAME.test(host ?? '')
