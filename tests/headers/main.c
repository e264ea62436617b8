/* SPDX-License-Identifier: MIT */
/* The program of all the files that include one header each: that it builds is the test. */
int
main(void)
{
	return 0;
}
