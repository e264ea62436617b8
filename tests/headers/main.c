/* SPDX-License-Identifier: MIT */
/* The program that is linked of all the files that include one header each: that it builds is the test. */
int
main(void)
{
	return 0;
}
