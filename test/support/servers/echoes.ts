import type { ServerResponse } from 'node:http';

/** What a store, or something before it, answers with all that it was sent. */
export const echoes: Readonly<Record<string, (sent: string, response: ServerResponse) => void>> = {
  'a refused signature': (sent, response) => {
    refuse(response, 403, 'SignatureDoesNotMatch', sent);
  },
  'an expired token': (sent, response) => {
    refuse(response, 400, 'ExpiredToken', sent);
  },
  'a missing right': (sent, response) => {
    refuse(response, 403, 'AccessDenied', sent);
  },
  'an error of its own': (sent, response) => {
    refuse(response, 500, 'InternalError', sent);
  },
  'an error that nobody knows': (sent, response) => {
    refuse(response, 400, 'Whatever', sent);
  },
  'a page': (sent, response) => {
    response.writeHead(400, { 'content-type': 'text/html' }).end(`<html>${sent}</html>`);
  },
  'a success that is none': (sent, response) => {
    response.writeHead(200, { 'content-type': 'application/xml' }).end(`<What>${sent}</What>`);
  },
  'words that are no XML': (sent, response) => {
    response.writeHead(200, { 'content-type': 'application/xml' }).end(`<${sent}`);
  },
  'another place': (sent, response) => {
    response.setHeader(
      'location',
      'http://other.test/?X-Amz-Security-Token=MARKEDtoken%2FIQoJb3JpZ2luX2VjEJr%2B%3D%3D',
    );
    refuse(response, 307, 'TemporaryRedirect', sent);
  },
};

function refuse(response: ServerResponse, status: number, code: string, sent: string): void {
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(
    `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${sent}</Message><StringToSign>${sent}</StringToSign></Error>`,
  );
}
