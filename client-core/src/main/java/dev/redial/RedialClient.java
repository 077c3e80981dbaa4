package dev.redial;

/** placeholder so that helpers can compile; replaced in the next commit. */
public abstract class RedialClient extends java.net.http.HttpClient {}
