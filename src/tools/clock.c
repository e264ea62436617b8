/* SPDX-License-Identifier: MIT */
#include "clock.h"

#include <string.h>

/* RFC 5322 3.3, without what is obsolete; the names of months are no matter of the locale. */
#define DATE                                                                                       \
	"\\b(\\d{1,2}) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) (\\d{4}) "                \
	"(\\d\\d):(\\d\\d)(?::(\\d\\d))? (?:([+-])(\\d\\d)(\\d\\d)|GMT|UTC?\\b)"

static int
number(const GMatchInfo *match, int group)
{
	g_autofree char *text = g_match_info_fetch(match, group);

	return text ? (int)g_ascii_strtoll(text, NULL, 10) : 0;
}

static int
month(const GMatchInfo *match)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	g_autofree char *name = g_match_info_fetch(match, 2);

	return (int)(strstr(names, name) - names) / 3 + 1;
}

bool
clock_told(const char *greeting, gint64 *when)
{
	g_autoptr(GRegex) regex = g_regex_new(DATE, 0, 0, NULL);
	g_autoptr(GMatchInfo) match = NULL;
	g_autoptr(GDateTime) date = NULL;
	g_autofree char *sign = NULL;
	int east;

	if (!g_regex_match(regex, greeting, 0, &match))
		return false;
	date = g_date_time_new_utc(number(match, 3), month(match), number(match, 1),
	    number(match, 4), number(match, 5), number(match, 6));
	if (!date)
		return false;
	sign = g_match_info_fetch(match, 7);
	east = number(match, 8) * 3600 + number(match, 9) * 60;
	if (sign && *sign == '-')
		east = -east;
	*when = (g_date_time_to_unix(date) - east) * G_USEC_PER_SEC;
	return true;
}

char *
clock_difference(gint64 ahead)
{
	gint64 seconds = ABS(ahead) / G_USEC_PER_SEC;
	gint64 days = seconds / 86400, hours = seconds / 3600 % 24, minutes = seconds / 60 % 60;
	g_autoptr(GString) span = g_string_new(NULL);

	if (days)
		g_string_append_printf(span, "%" G_GINT64_FORMAT " d ", days);
	if (hours)
		g_string_append_printf(span, "%" G_GINT64_FORMAT " h ", hours);
	if (minutes || !span->len)
		g_string_append_printf(span, "%" G_GINT64_FORMAT " min ", minutes);
	return g_strdup_printf("the server's clock is %s%s this machine's", span->str,
	    ahead > 0 ? "ahead of" : "behind");
}
