/* SPDX-License-Identifier: MIT */
/*
 * The story of a message for people (design D9): numbered steps from the program to the next
 * server, and answers to what people ask about a program that sends through MAPI.  It is made from
 * what was recorded: the client's journey on the message, the spooler's record with each try.
 */
#ifndef EMAPI_TOOLS_STORY_H
#define EMAPI_TOOLS_STORY_H

#include <glib.h>
#include <stdbool.h>
#include "client.h"

/* One step; the texts are printable. */
struct story_step {
	char *title; /* "Transport" */
	char *text;
	GPtrArray *details; /* of char * */
};

struct story_answer {
	const char *question;
	char *answer;
};

/* What there is to tell from; any of it may be missing. */
struct story_sources {
	const struct spool_message *message;
	char **client;      /* PR_EMAPI_JOURNEY of the message; NULL: not known */
	const char *folder; /* where the message lies now; NULL: not known, "" gone */
	bool machine;       /* the machine's daemon has it: what its store has is not for users */
};

struct story {
	GPtrArray *steps;   /* of struct story_step * */
	GPtrArray *answers; /* of struct story_answer * */
};

struct story *story_create(void);
void story_free(struct story *story);
/* Adds a step and returns it; `format` makes its text. */
struct story_step *story_add(struct story *story, const char *title, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
struct story_step *story_recipients(struct story *story, guint count);
void story_detail(struct story_step *step, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* The steps of a message that was submitted. */
void story_tell(struct story *story, const struct story_sources *from);

/* The answers, from what a transport's journey says of the server (NULL: nothing yet); `reply` is
 * what it answered and `whereabouts` where the message is. */
void story_answers(struct story *story, const char *transport, char **journey, const char *reply,
    const char *whereabouts);

/* The same of a profile whose mail the machine's daemon sends, before anything is sent. */
void story_answers_of_machine(struct story *story, const char *reply, const char *whereabouts);

/* Where the message is, for those who have got it and for the others.  g_free(). */
char *story_whereabouts(const struct story_sources *from);

/* What to say of a journey's connection: "mail.example.test [192.0.2.1]:587, TLSv1.3 ..., login
 * PLAIN as ann"; NULL where there was none.  g_free(). */
char *story_connection(char **journey);

void story_print(const struct story *story, GString *out);
/* ,"steps":[...],"answers":[...] */
void story_json(const struct story *story, GString *out);

#endif
