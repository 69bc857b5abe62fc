/// Passwords, key files and identities as a user gives them, and `ptar key`. Options, the environment and the terminal
/// enter; secrets for [ptar.crypto] and changed headers leave. Whatever is read of a secret stays bytes and is wiped:
/// none of it becomes a `String`, an argument or part of a message.
package ptar.cli.keys;
