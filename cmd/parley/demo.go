package main

type demoCmd struct{ serveCmd }
