# themes/local.mk - the shipped themes.

themesdir = $(pkgdatadir)/themes
dist_themes_DATA = \
	themes/colour-blind-safe.theme \
	themes/default.theme \
	themes/high-contrast.theme \
	themes/light.theme \
	themes/mono.theme
