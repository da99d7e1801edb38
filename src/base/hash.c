/* base/hash.c - SHA-256 and random ids by libcrypto. */

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/memory.h"

struct sha256 {
	EVP_MD_CTX	*ctx;
};

static const char hex_digits[] = "0123456789abcdef";

static void
to_hex(const unsigned char *bytes, size_t size_bytes, char *hex)
{
	size_t i;

	for (i = 0; i < size_bytes; i++) {
		hex[2 * i] = hex_digits[bytes[i] >> 4];
		hex[2 * i + 1] = hex_digits[bytes[i] & 15];
	}
	hex[2 * size_bytes] = '\0';
}

static int
sha256_destroy(struct sha256 *h)
{
	EVP_MD_CTX_free(h->ctx);
	return 0;
}

struct sha256 *
sha256_new(const void *owner)
{
	struct sha256 *h = NEW(owner, struct sha256);

	h->ctx = memory_check(EVP_MD_CTX_new());
	talloc_set_destructor(h, sha256_destroy);
	/* libcrypto's calls fail for want of memory alone. */
	if (EVP_DigestInit_ex(h->ctx, EVP_sha256(), NULL) != 1)
		memory_exhausted();
	return h;
}

void
sha256_add(struct sha256 *h, const void *bytes, size_t size_bytes)
{
	if (size_bytes > 0 && EVP_DigestUpdate(h->ctx, bytes, size_bytes) != 1)
		memory_exhausted();
}

void
sha256_hex(const struct sha256 *h, char hex[SHA256_HEX_SIZE])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	EVP_MD_CTX *copy = memory_check(EVP_MD_CTX_new());

	if (EVP_MD_CTX_copy_ex(copy, h->ctx) != 1 ||
	    EVP_DigestFinal_ex(copy, digest, NULL) != 1)
		memory_exhausted();
	EVP_MD_CTX_free(copy);
	to_hex(digest, 32, hex);
}

void
sha256_of(const void *bytes, size_t size_bytes, char hex[SHA256_HEX_SIZE])
{
	unsigned char digest[EVP_MAX_MD_SIZE];

	if (EVP_Digest(bytes, size_bytes, digest, NULL, EVP_sha256(), NULL) != 1)
		memory_exhausted();
	to_hex(digest, 32, hex);
}

int
sha256_file(const char *path, char hex[SHA256_HEX_SIZE], int64_t *size_bytes,
    struct error *err)
{
	char piece[65536];
	struct sha256 *h;
	int64_t total = 0;
	ssize_t n;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return error_errno(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO,
		    "could not open \"%s\"", path);
	h = sha256_new(NULL);
	for (;;) {
		n = read(fd, piece, sizeof(piece));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		sha256_add(h, piece, (size_t)n);
		total += n;
	}
	if (n < 0) {
		error_errno(err, ERR_IO, "could not read \"%s\"", path);
	} else {
		sha256_hex(h, hex);
		if (size_bytes != NULL)
			*size_bytes = total;
	}
	talloc_free(h);
	close(fd);
	return n < 0 ? -1 : 0;
}

static void
random_bytes(unsigned char *bytes, size_t size_bytes)
{
	if (RAND_bytes(bytes, (int)size_bytes) != 1)
		memory_exhausted();
}

char *
uuid_new(const void *owner)
{
	unsigned char b[16];
	char hex[33];

	random_bytes(b, sizeof(b));
	b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);	/* version 4 */
	b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);	/* RFC 4122 */
	to_hex(b, sizeof(b), hex);
	return mem_printf(owner, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8,
	    hex + 12, hex + 16, hex + 20);
}

char *
random_hex(const void *owner, int digits)
{
	char *text = NEW_ARRAY(owner, char, digits + 1);
	unsigned char b;
	int i;

	for (i = 0; i < digits; i++) {
		random_bytes(&b, 1);
		text[i] = hex_digits[b & 15];
	}
	return text;
}
