/* steps/hashing.c - files of any size are hashed while the loop turns. */

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "steps/attempt.h"

#define PIECE_SIZE	((size_t)1 << 18)
#define PER_TURN	16		/* pieces: some milliseconds of work */
#define TOLD_FROM	((int64_t)64 << 20)

static int
hash_pieces(struct attempt *a, int fd, struct sha256 *h, int64_t size,
    const char *path, int64_t *done, struct error *err)
{
	char *piece = NEW_ARRAY(h, char, PIECE_SIZE);
	int64_t turns = 0;
	ssize_t n;

	while ((n = read(fd, piece, PIECE_SIZE)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_errno(err, ERR_IO,
			    "could not read \"%s\"", path);
		sha256_add(h, piece, (size_t)n);
		*done += n;
		if (++turns % PER_TURN != 0)
			continue;
		loop_sleep(a->host->loop, 0, NULL);
		if (size >= TOLD_FROM && turns % (PER_TURN * 16) == 0)
			attempt_progress(a, *done, size, "bytes",
			    path_name(path));
		if (attempt_check(a, err) < 0)
			return -1;
	}
	return 0;
}

int
attempt_sha256(struct attempt *a, const char *path, char hex[SHA256_HEX_SIZE],
    int64_t *size_bytes, struct error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc;
	struct sha256 *h;
	struct stat st;
	int64_t done = 0;

	if (fd < 0 || fstat(fd, &st) != 0) {
		error_errno(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO,
		    "could not open \"%s\"", path);
		if (fd >= 0)
			close(fd);
		return -1;
	}
	h = sha256_new(NULL);
	rc = hash_pieces(a, fd, h, st.st_size, path, &done, err);
	if (rc == 0) {
		sha256_hex(h, hex);
		*size_bytes = done;
	}
	talloc_free(h);
	close(fd);
	return rc;
}
