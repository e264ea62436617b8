/* SPDX-License-Identifier: MIT */
#include "network.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <glib-unix.h>
#include "log.h"

/* An interface that comes up gets several addresses and routes within a second or two. */
#define SETTLE_MS 1500

struct network {
	int fd;
	guint source;
	guint timer;
	void (*changed)(void *context);
	void *context;
};

static gboolean
on_settled(gpointer data)
{
	struct network *network = data;

	network->timer = 0;
	log_info("the network has changed");
	network->changed(network->context);
	return G_SOURCE_REMOVE;
}

static bool
is_news(const char *data, size_t size)
{
	const struct nlmsghdr *header = (const struct nlmsghdr *)data;

	for (; NLMSG_OK(header, size); header = NLMSG_NEXT(header, size)) {
		if (header->nlmsg_type == RTM_NEWADDR || header->nlmsg_type == RTM_NEWROUTE)
			return true;
	}
	return false;
}

static gboolean
on_message(gint fd, GIOCondition condition, gpointer data)
{
	struct network *network = data;
	char buffer[16384] __attribute__((aligned(NLMSG_ALIGNTO)));
	bool news = false;
	ssize_t size;

	while ((size = recv(fd, buffer, sizeof(buffer), MSG_DONTWAIT)) > 0)
		news = news || is_news(buffer, (size_t)size);
	/* More came than there was room for: what was it? */
	news = news || (size < 0 && errno == ENOBUFS);
	if (news && network->timer)
		g_source_remove(network->timer);
	if (news)
		network->timer = g_timeout_add(SETTLE_MS, on_settled, network);
	return G_SOURCE_CONTINUE;
}

struct network *
network_watch(void (*changed)(void *context), void *context)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK,
		.nl_groups = RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE |
			     RTMGRP_IPV6_ROUTE };
	struct network *network;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
		log_info("changes of the network are not noticed: %s", g_strerror(errno));
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	network = g_new0(struct network, 1);
	network->fd = fd;
	network->changed = changed;
	network->context = context;
	network->source = g_unix_fd_add(fd, G_IO_IN, on_message, network);
	return network;
}

void
network_free(struct network *network)
{
	if (!network)
		return;
	if (network->timer)
		g_source_remove(network->timer);
	g_source_remove(network->source);
	close(network->fd);
	g_free(network);
}
