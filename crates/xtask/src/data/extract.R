#!/usr/bin/env Rscript
# Files of data/ that come out of Debian's R packages, and reference values computed with them (an implementation
# independent of ours). Debian 12: r-base-core, r-cran-sf 1.0-9, r-cran-spdata 2.2.1-1, r-cran-spdep 1.2-7.
# Rscript extract.R OUT
suppressMessages({library(sf); library(spData); library(spdep)})
sf_use_s2(FALSE)
out <- commandArgs(TRUE)[1]
p <- function(...) { f <- file.path(out, ...); dir.create(dirname(f), recursive=TRUE, showWarnings=FALSE); f }
w <- function(d, ...) write.csv(d, p(...), row.names=FALSE)
gj <- function(x, ...) { f <- p(...); unlink(f); st_write(x, f, layer_options=c("COORDINATE_PRECISION=6","RFC7946=YES"), quiet=TRUE) }

# London: boroughs, neighbours, and the tidal Thames as the gap between them
data(lnd); x <- lnd[,c("GSS_CODE","NAME","HECTARES","NONLD_AREA","ONS_INNER")]
for (n in c("GSS_CODE","NAME","ONS_INNER")) x[[n]] <- as.character(x[[n]])
x <- x[order(x$GSS_CODE),]; names(x)[1:5] <- c("gss_code","name","hectares","nonland_hectares","ons_inner")
gj(x, "boroughs", "london_boroughs_full.geojson")
b <- st_transform(x, 27700); u <- st_union(b)
nb <- st_intersects(b); pairs <- do.call(rbind, lapply(seq_len(33), function(i) { j <- nb[[i]]; j <- j[j > i]; if (length(j)) data.frame(a=x$gss_code[i], b=x$gss_code[j]) }))
len <- sapply(seq_len(nrow(pairs)), function(k) { s <- st_intersection(st_geometry(b)[b$gss_code==pairs$a[k]], st_geometry(b)[b$gss_code==pairs$b[k]]); sum(as.numeric(st_length(s))) })
pairs$shared_m <- round(len, 1); w(pairs, "boroughs", "borough_adjacency_land.csv")
cl <- st_cast(st_difference(st_buffer(st_buffer(u, 900), -900), u), "POLYGON")
cl <- st_sf(geometry=cl); cl$area_ha <- round(as.numeric(st_area(cl))/1e4, 1); big <- cl[order(-cl$area_ha),][1,]
big <- st_transform(st_simplify(big, dTolerance=5), 4326); big$name <- "Tidal Thames and docks (derived: gap between boroughs)"
gj(big[,c("name","area_ha")], "context", "thames_tidal_derived.geojson")

# Africa conflict (Anselin 1995)
data(afcon); pw <- nb2listw(paper.nb, style="W"); pb <- nb2listw(paper.nb, style="B"); v <- afcon$totcon
li <- localmoran(v, pw); gs <- localG(v, pb); gst <- localG(v, nb2listw(include.self(paper.nb), style="B"))
w(data.frame(id=as.character(afcon$name), value=v, lisa_Ii=li[,1], lisa_E=li[,2], lisa_Var=li[,3], lisa_Z=li[,4], localG_z_binary=as.numeric(gs), localGstar_z_binary_self=as.numeric(gst), quadrant=attr(li,"quadr")$mean), "reference", "afcon_local.csv")
w(data.frame(i=rep(seq_along(paper.nb), card(paper.nb)), j=unlist(paper.nb)), "reference", "afcon_neighbours.csv")
w(data.frame(name=afcon$name, x=afcon$x, y=afcon$y, totcon=afcon$totcon), "reference", "afcon.csv")

# North Carolina SIDS 1974 (Cressie)
nc <- st_read(system.file("shapes/sids.shp", package="spData"), quiet=TRUE)
e <- EBlocal(nc$SID74, nc$BIR74, ncCR85.nb, zero.policy=TRUE); g <- EBest(nc$SID74, nc$BIR74); ch <- choynowski(nc$SID74, nc$BIR74); pm <- probmap(nc$SID74, nc$BIR74)
w(data.frame(name=nc$NAME, fips=nc$FIPSNO, births74=nc$BIR74, sids74=nc$SID74, births79=nc$BIR79, sids79=nc$SID79, raw=e$raw, eb_local=e$est, eb_global=g$estmm, choynowski_p=ch$pmap, choynowski_type=ch$type, relrisk=pm$relRisk, poisson_p=pm$pmap), "reference", "sids_rates.csv")
w(data.frame(i=rep(seq_along(ncCR85.nb), card(ncCR85.nb)), j=unlist(lapply(ncCR85.nb, function(k) k[k>0]))), "reference", "sids_neighbours.csv")

# New York leukemia (Waller and Turnbull)
ny <- as.data.frame(st_read(system.file("misc/nydata.dbf", package="spData"), quiet=TRUE)); w(ny, "reference", "ny_leukemia.csv")
