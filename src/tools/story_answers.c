/* SPDX-License-Identifier: MIT */
/* The questions that people ask about a program that sends by MAPI, answered for one message. */
#include "story.h"

#include <string.h>
#include "journey.h"
#include "text.h"

static void
answer(struct story *story, const char *question, char *text)
{
	struct story_answer *a = g_new0(struct story_answer, 1);

	a->question = question;
	a->answer = text_printable(text);
	g_free(text);
	g_ptr_array_add(story->answers, a);
}

/* Exchange says so when it greets: "220 host Microsoft ESMTP MAIL Service ready at ...", and so
 * does Exchange Online. */
static bool
is_exchange(const char *greeting)
{
	return greeting && strstr(greeting, "Microsoft ESMTP MAIL Service");
}

static char *
about_exchange(const char *transport, const char *server, const char *greeting)
{
	if (is_exchange(greeting))
		return g_strdup_printf("Not emapi: any SMTP server will do. But this profile's "
				       "server is one by its own greeting: \"%s\".",
		    greeting);
	if (greeting)
		return g_strdup_printf("No. %s greets as \"%s\", which is not how Exchange greets "
				       "(some companies hide it behind another server).",
		    server ? server : transport, greeting);
	return g_strdup("No. Any SMTP server will do; no server has been spoken to yet, so what "
			"this profile's server is cannot be told.");
}

static char *
about_company(const char *transport, const char *server, const char *greeting, bool file)
{
	if (file)
		return g_strdup("No: this profile writes files into a folder. What takes them from "
				"there decides.");
	if (is_exchange(greeting))
		return g_strdup_printf("Yes: the mail is handed to %s, which is Exchange, as a "
				       "mail program's would be.",
		    server);
	return g_strdup_printf("If %s is the server that your company gave you for sending, yes: "
			       "it gets the mail first and is the one that sends it on.",
	    server ? server : transport);
}

static char *
about_smtp(const char *transport, const char *server, bool file)
{
	if (file)
		return g_strdup_printf("None here: \"%s\" writes the mail as a file. emapi itself "
				       "is no SMTP server, it only speaks to one.",
		    transport);
	return g_strdup_printf(
	    "Yes: %s%s. emapi speaks SMTP to it as a client and is no server itself.",
	    server ? server : transport,
	    server && text_is_loopback(server) ? ", which runs on this very machine" : "");
}

static void
answer_outlook(struct story *story)
{
	answer(story, "Does it need Outlook?",
	    g_strdup("No. No Windows program takes part: the MAPI calls are answered by emapi on "
		     "this machine."));
}

void
story_answers(struct story *story, const char *transport, char **journey, const char *reply,
    const char *whereabouts)
{
	g_autofree char *server = journey_find(journey, '*', "server");
	g_autofree char *greeting = journey_find(journey, '*', "greeting");
	g_autofree char *path = journey_find(journey, '*', "file");
	g_autofree char *folder = journey_find(journey, '*', "folder");
	bool file = path || folder;

	answer_outlook(story);
	answer(story, "Does it need an Exchange server?",
	    file ? g_strdup("No. No server takes part in this profile.")
		 : about_exchange(transport, server, greeting));
	answer(story, "Is there an SMTP server in the path?", about_smtp(transport, server, file));
	answer(story, "What did it reply?", g_strdup(reply));
	answer(story, "Does this count as sending through the company's Exchange?",
	    about_company(transport, server, greeting, file));
	answer(story, "Where is the message now?", g_strdup(whereabouts));
}

void
story_answers_of_machine(struct story *story, const char *reply, const char *whereabouts)
{
	answer_outlook(story);
	answer(story, "Does it need an Exchange server?",
	    g_strdup("No. Any SMTP server will do; which one the machine's mail service uses, its "
		     "administrator chose. Of a message that was sent, emapi explain names it."));
	answer(story, "Is there an SMTP server in the path?",
	    g_strdup("Yes, the one that the machine's mail service (emapi-spooler --machine) hands "
		     "the mail to. That service is emapi itself: it speaks SMTP as a client and is "
		     "no server."));
	answer(story, "What did it reply?", g_strdup(reply));
	answer(story, "Does this count as sending through the company's Exchange?",
	    g_strdup("If the administrator gave the machine's mail service the company's Exchange "
		     "as its server, yes. Of a message that was sent, emapi explain tells."));
	answer(story, "Where is the message now?", g_strdup(whereabouts));
}
