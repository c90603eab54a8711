// Says that the client's server answers.
export function GET() {
  return new Response('ok\n', { headers: { 'Cache-Control': 'no-store' } });
}
